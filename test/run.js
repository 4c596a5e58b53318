// `npm test`: everything that must hold, in the order in which a fault is found soonest. It prepares a fresh machine
// itself, and ends with what each tier took and a line that counts the tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const REPORTS = mkdtempSync(path.join(tmpdir(), 'lvsctl-test-'));

/** @param {string} name @param {readonly string[]} args */
const bin = (name, args) => [path.join(ROOT, 'node_modules/.bin', name), ...args];

/** @param {string} title @param {readonly string[]} command */
function run(title, [program = '', ...args]) {
  console.log(`\n== ${title}`);
  return spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

/** @typedef {{ passed: number, failed: number, failures?: readonly string[], again?: readonly string[] }} Counts */
/** @typedef {Counts & { title: string, seconds: number }} Result */

/** @param {string} title @param {() => Counts} work @returns {Result} */
function timed(title, work) {
  const begun = performance.now();
  const counts = work();
  return { title, ...counts, seconds: Math.round((performance.now() - begun) / 1000) };
}

/** What has no tests of its own counts as one. @param {string} title @param {() => boolean} work */
const single = (title, work) => timed(title, () => (work() ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }));

/** @param {string} title @param {readonly string[]} command */
const check = (title, command) => single(title, () => run(title, command));

/** @param {string} title @param {string} project */
const suite = (title, project) => timed(title, () => runTests(title, project));

/** @param {string} title @param {string} project */
const suiteOnHosts = (title, project) => timed(title, () => runTwice(title, project));

/** How many files may run a second time: more than these have a cause in common, and it is no disturbance. */
const AGAIN = 3;

/**
 * Hosts, routers and their timers share two processors here, and a stall of the machine is a fault to them. Files that
 * failed run once more; what fails again has failed. The first failure is printed at the end all the same.
 * @param {string} title @param {string} project @returns {Counts}
 */
function runTwice(title, project) {
  const first = runTests(title, project);
  const files = first.failedFiles;
  if (first.failed === 0 || files.length === 0 || files.length > AGAIN) return first;
  const second = runTests(`${title}: once more`, project, files);
  return {
    passed: first.passedElsewhere + second.passed,
    failed: second.failed,
    failures: second.failures,
    again: first.failures,
  };
}

/** @param {string} title @param {string} project @param {readonly string[]} files all files, if none is named */
function runTests(title, project, files = []) {
  const report = path.join(REPORTS, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  rmSync(report, { force: true });
  const passed = run(title, bin('vitest', ['run', '--project', project, ...reporters, ...files]));
  try {
    return countsIn(JSON.parse(readFileSync(report, 'utf8')), passed);
  } catch {
    return { passed: 0, failed: 1, failures: [], failedFiles: [], passedElsewhere: 0 };
  }
}

/**
 * @typedef {{ fullName: string, status: string, failureMessages: readonly string[] | null }} Test
 * @typedef {{ name: string, status: string, message: string, assertionResults: readonly Test[] }} File
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: readonly File[] }} report
 * @param {boolean} passed whether the run succeeded as a whole
 */
function countsIn({ numPassedTests, numFailedTests, numPendingTests, testResults }, passed) {
  if (numPendingTests > 0) console.log(`${numPendingTests} tests were skipped; here each counts as a failure.`);
  const failing = testResults.filter(({ status }) => status === 'failed');
  return {
    passed: numPassedTests,
    // A file that could not be loaded, or a lab that did not come up, fails without a failed test.
    failed: Math.max(numFailedTests + numPendingTests, passed ? 0 : 1),
    failures: failing.flatMap(failuresIn),
    failedFiles: failing.map(({ name }) => path.relative(ROOT, name)),
    passedElsewhere:
      numPassedTests - failing.flatMap(({ assertionResults }) => assertionResults).filter(isPassed).length,
  };
}

/** @param {Test} test */
const isPassed = ({ status }) => status === 'passed';

/** How many lines of a failure the end of the run repeats; the tier has printed all of them. */
const FAILURE_LINES = 12;

/** The failed tests of a file, each with the beginning of its message. @param {File} file */
function failuresIn({ name, message, assertionResults }) {
  const file = path.relative(ROOT, name);
  const tests = assertionResults.filter(({ status }) => status === 'failed');
  const all = tests.map(({ fullName, failureMessages }) => [`${file}: ${fullName}`, failureMessages?.[0] ?? '']);
  if (message !== '') all.push([file, message]);
  return all.map(([title, text = '']) => {
    const lines = text.split('\n').filter((line) => !line.includes('/node_modules/'));
    return [title, ...lines.slice(0, FAILURE_LINES)].join('\n    ');
  });
}

const NEEDED = 'what the tests need of this machine';

/** What the tests start here, by apt's names: other shells, an ssh client, namespaces, VRRP routers, another processor,
 * package managers of other distributions. */
const NEEDS = {
  busybox: 'busybox',
  curl: 'curl',
  dash: 'dash',
  tcsh: 'tcsh',
  fish: 'fish',
  sudo: 'sudo',
  ip: 'iproute2',
  nft: 'nftables',
  iptables: 'iptables',
  keepalived: 'keepalived',
  vtysh: 'frr',
  tcpdump: 'tcpdump',
  openssl: 'openssl',
  'qemu-aarch64-static': 'qemu-user-static',
  'ssh-keygen': 'openssh-client',
  'systemd-analyze': 'systemd',
  unshare: 'util-linux',
  rpmbuild: 'rpm',
  dnf: 'dnf',
  createrepo_c: 'createrepo-c',
  zypper: 'zypper',
  pacman: 'pacman-package-manager',
  vercmp: 'makepkg',
};

/** Skipped tests prove nothing, so everything that one of them needs is installed first. */
function meetNeeds() {
  const missing = Object.entries(NEEDS).filter(([program]) => spawnSync('which', [program]).status !== 0);
  if (missing.length === 0) return true;
  const install = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing.map(([, name]) => name)];
  process.env['DEBIAN_FRONTEND'] = 'noninteractive';
  return run(NEEDED, install) || (run(NEEDED, ['apt-get', 'update', '-qq']) && run(NEEDED, install));
}

const preparations = [
  single(NEEDED, meetNeeds),
  check('packages and build', [process.execPath, 'bin/setup.js', '--install']),
];
const results = preparations.some(({ failed }) => failed > 0)
  ? preparations
  : [
      ...preparations,
      check('format', bin('prettier', ['--check', '.'])),
      check('lint', bin('oxlint', ['-c', '.oxlint.config.js', '--type-aware', 'src', 'test', 'bin'])),
      check('nothing that is not used', bin('knip', ['-c', '.knip.json', '--no-progress'])),
      check('words of the glossary', [process.execPath, 'test/language/check.js']),
      check('typecheck', [process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'test']),
      suite('unit tests', 'unit'),
      suite('compilers, shells, sshd and system calls', 'integration'),
      suiteOnHosts('the agent beside other VRRP routers', 'interop'),
      suiteOnHosts('end-to-end tests in the lab', 'lab'),
    ];
rmSync(REPORTS, { recursive: true, force: true });

/** As minutes and seconds, in a column. @param {number} seconds */
function minutes(seconds) {
  const [whole, rest] = [Math.floor(seconds / 60), seconds % 60];
  return `${String(whole).padStart(3)}:${String(rest).padStart(2, '0')}`;
}

for (const { again = [] } of results) for (const failure of again) console.log(`\nFAIL the first time: ${failure}`);
for (const { failures = [] } of results) for (const failure of failures) console.log(`\nFAIL ${failure}`);
console.log('');
for (const { title, passed, failed, seconds } of results)
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${minutes(seconds)}  ${title}: ${passed} passed, ${failed} failed`);
const sum = (/** @type {'passed' | 'failed' | 'seconds'} */ key) =>
  results.reduce((total, result) => total + result[key], 0);
console.log(`     ${minutes(sum('seconds'))}  in all`);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
