// `npm run release`: everything that must hold before a version is published, and the package, ready to be uploaded.
// It publishes nothing itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** @param {string} name @param {readonly string[]} args */
function output(name, args) {
  const { status, stdout } = spawnSync(name, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail(`\`${name} ${args.join(' ')}\` failed.`);
  return stdout.trim();
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
if (output('git', ['status', '--porcelain']) !== '') fail('The work tree has changes. Commit or remove them first.');
if (output('git', ['tag', '--list', `v${version}`]) !== '')
  fail(`There is a tag v${version} already. Raise the version in package.json.`);
if (!readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8').includes(`\n## ${version}`))
  fail(`CHANGELOG.md has no section "## ${version}". Say what changed for users.`);

for (const args of [['run', 'build', '--', '--install', '--locked'], ['test']])
  if (spawnSync('npm', args, { cwd: root, stdio: 'inherit' }).status !== 0) fail(`\`npm ${args.join(' ')}\` failed.`);

const [{ filename }] = JSON.parse(output('npm', ['pack', '--json', '--ignore-scripts']));
const sha256 = createHash('sha256')
  .update(readFileSync(path.join(root, filename)))
  .digest('hex');
console.log(`\n${filename}\nsha256 ${sha256}\n\nTo publish: git tag v${version}, then npm publish ${filename}`);
