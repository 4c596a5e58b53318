// `npm test`: everything that must hold, in the order in which a fault is found soonest. It prepares a fresh machine
// itself, and ends with a line that counts the tests.
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

/** A check without tests of its own counts as one. @param {string} title @param {readonly string[]} command */
function check(title, command) {
  const passed = run(title, command);
  return { title, passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

/** @param {string} title @param {string} project */
function suite(title, project) {
  const file = path.join(REPORTS, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const passed = run(title, bin('vitest', ['run', '--project', project, ...reporters]));
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(file, 'utf8'));
    if (numPendingTests > 0) console.log(`${numPendingTests} tests were skipped; here each counts as a failure.`);
    // A file that could not be loaded, or a lab that did not come up, fails without a failed test.
    return { title, passed: numPassedTests, failed: Math.max(numFailedTests + numPendingTests, passed ? 0 : 1) };
  } catch {
    return { title, passed: 0, failed: 1 };
  }
}

/** What the tests start here, by apt's names: other shells, an ssh client, namespaces, VRRP routers, another processor. */
const NEEDS = {
  busybox: 'busybox',
  curl: 'curl',
  dash: 'dash',
  tcsh: 'tcsh',
  fish: 'fish',
  sudo: 'sudo',
  ip: 'iproute2',
  keepalived: 'keepalived',
  vtysh: 'frr',
  tcpdump: 'tcpdump',
  openssl: 'openssl',
  'qemu-aarch64-static': 'qemu-user-static',
  'ssh-keygen': 'openssh-client',
  'systemd-analyze': 'systemd',
  unshare: 'util-linux',
};

/** Skipped tests prove nothing, so everything that one of them needs is installed first. */
function meetNeeds() {
  const title = 'what the tests need of this machine';
  const missing = Object.entries(NEEDS).filter(([program]) => spawnSync('which', [program]).status !== 0);
  if (missing.length === 0) return { title, passed: 1, failed: 0 };
  const install = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing.map(([, name]) => name)];
  process.env['DEBIAN_FRONTEND'] = 'noninteractive';
  return run(title, install) || (run(title, ['apt-get', 'update', '-qq']) && run(title, install))
    ? { title, passed: 1, failed: 0 }
    : { title, passed: 0, failed: 1 };
}

const preparations = [meetNeeds(), check('packages and build', [process.execPath, 'bin/setup.js', '--install'])];
const results = preparations.some(({ failed }) => failed > 0)
  ? preparations
  : [
      ...preparations,
      check('format', bin('prettier', ['--check', '.'])),
      check('lint', bin('oxlint', ['--type-aware', 'src', 'test', 'bin'])),
      check('typecheck', [process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'test']),
      suite('unit tests', 'unit'),
      suite('compilers, shells, sshd and system calls', 'integration'),
      suite('the agent beside other VRRP routers', 'interop'),
      suite('end-to-end tests in the lab', 'lab'),
    ];
rmSync(REPORTS, { recursive: true, force: true });

console.log('');
for (const { title, passed, failed } of results)
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${title}: ${passed} passed, ${failed} failed`);
const sum = (/** @type {'passed' | 'failed'} */ key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
