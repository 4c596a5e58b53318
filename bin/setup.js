// Makes a fresh clone ready: installs the locked packages and builds, each only when it is out of date. With `--install`
// apt installs the compilers that the agent is built with. With `--packages` it installs the packages where there are
// none, and ends. With `--build` it builds whether or not something is out of date; other options go to the agent's build.
// Plain JavaScript without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `lvsctl needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and run the same command again.`,
  );
  process.exit(1);
}

/** Last change of a file in milliseconds; 0 when there is none. @param {string} name */
const changed = (name) => (existsSync(path.join(root, name)) ? statSync(path.join(root, name)).mtimeMs : 0);

/** @param {string} name @param {readonly string[]} args */
function run(name, args) {
  const { status } = spawnSync(name, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\`${name} ${args.join(' ')}\` failed in ${root}; its messages are above.`);
    process.exit(status ?? 1);
  }
}

const only = process.argv.includes('--packages');
if (
  only
    ? !existsSync(path.join(root, 'node_modules'))
    : changed('npm-shrinkwrap.json') > changed('node_modules/.package-lock.json')
) {
  console.log('Installing the npm packages named in npm-shrinkwrap.json …');
  // None of them needs its install script: they build native speed-ups that make no difference here.
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']);
}

if (only) process.exit();

const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
  changed(`src/${name}`),
);
// The manifest is the last that a build writes.
const built = Math.min(changed('dist/cli/main.js'), changed('dist/agent/manifest.json'));
const args = process.argv.slice(2);
const outdated = args.includes('--build') || Math.max(changed('tsconfig.json'), ...sources) > built;
if (outdated) {
  console.log('Building …');
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.']);
}
// What it compiled before it keeps elsewhere.
if (outdated || args.includes('--install')) run(process.execPath, ['bin/build-agent.js', ...args]);
