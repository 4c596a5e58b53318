import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

/** A clone as it is before anything was built in it. */
function freshClone(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-clone-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(path.join(import.meta.dirname, '../../../bin'), path.join(folder, 'bin'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
  return folder;
}

const NOT_BUILT = 'It is not built yet, or not whole. `npm run setup` in';

it.each(['lvsctl', 'lvs-agent'])('%s of a fresh clone reports how to build it, without a stack trace', (name) => {
  const clone = freshClone();
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(clone, `bin/${name}.js`), '--help'], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: `${NOT_BUILT} ${clone} does that.\n` });
});

it('a clone without node_modules reports the same', () => {
  const clone = freshClone();
  mkdirSync(path.join(clone, 'dist/cli'), { recursive: true });
  writeFileSync(path.join(clone, 'dist/cli/main.js'), "import 'a-package-that-is-not-there';");
  const { status, stderr } = spawnSync(process.execPath, [path.join(clone, 'bin/lvsctl.js')], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 1, stderr: `${NOT_BUILT} ${clone} does that.\n` });
});

it('an internal error is not mistaken for that', () => {
  const clone = freshClone();
  mkdirSync(path.join(clone, 'dist/cli'), { recursive: true });
  writeFileSync(path.join(clone, 'dist/cli/main.js'), "throw new Error('of its own')");
  const { status, stderr } = spawnSync(process.execPath, [path.join(clone, 'bin/lvsctl.js')], { encoding: 'utf8' });
  expect(stderr).toContain('of its own');
  expect(status).not.toBe(0);
});
