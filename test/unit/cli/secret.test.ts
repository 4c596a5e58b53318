import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openKeyring } from '../../../src/secrets/cipher.ts';
import { commandLine } from '../../support/command-line.ts';
import { failureOf } from '../../support/failure-of.ts';
import { temporaryFolder } from '../../support/shells.ts';

const KEY = 'a key of the tests';
let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
  writeFileSync(join(cwd, 'key'), `${KEY}\n`, { mode: 0o600 });
  writeFileSync(join(cwd, 'new'), 'another key of them\n', { mode: 0o600 });
});

const run = (words: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) =>
  commandLine(['secret', ...words], new Map(), {
    cwd,
    env: { XDG_RUNTIME_DIR: cwd, ...env },
    input: (async function* () {
      yield await Promise.resolve(Buffer.from(input));
    })(),
  });

const encrypted = async (): Promise<string> => {
  const { out } = await run(['encrypt', '--secret-key-file', 'key'], 'the-value\n');
  return /^\{encrypted: (lvsctl-secret:v1:[\w-]+)\}\n$/.exec(out)?.[1] ?? out;
};

/** An editor as a script, whose second argument is the file. Spaces in $EDITOR separate arguments, so it is on $PATH. */
function editor(script: string): NodeJS.ProcessEnv {
  writeFileSync(join(cwd, 'editor-of-test'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  vi.stubEnv('PATH', `${cwd}:${process.env['PATH'] ?? ''}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { EDITOR: 'editor-of-test --flag', SEEN: join(cwd, 'seen') };
}

describe('secret encrypt', () => {
  it('prints a value that the inventory takes', async () => {
    expect(await openKeyring(KEY).decrypt(await encrypted())).toEqual({ status: 'decrypted', text: 'the-value' });
  });

  it('takes the key file of the environment, and prints a result with --json', async () => {
    const { events, out } = await run(['encrypt', '--json'], 'the-value', { LVSCTL_SECRET_KEY_FILE: 'key' });
    expect(events).toEqual([
      {
        type: 'result',
        command: 'secret encrypt',
        exitCode: 0,
        encrypted: expect.stringMatching(/^lvsctl-secret:/) as string,
      },
    ]);
    expect(out).not.toContain('the-value');
  });

  it.each([
    [[], '', 'There is no key for encrypted values, and no terminal to ask for a passphrase.'],
    [['--secret-key-file', 'none'], '', 'Key file CWD/none: does not exist.'],
    [['--secret-key-file', 'short'], '', 'Key file CWD/short: a key has at least 12 characters.'],
    [['--secret-key-file', 'open'], '', 'Key file CWD/open: readable by other users.'],
    [['--secret-key-file', 'key'], '', 'There is no value to encrypt.'],
    [['--secret-key-file', 'key'], 'x'.repeat(70_000), 'The value has more than 64 KiB.'],
  ])('refuses %s', async (words, input, message) => {
    writeFileSync(join(cwd, 'short'), 'x', { mode: 0o600 });
    writeFileSync(join(cwd, 'open'), KEY, { mode: 0o644 });
    chmodSync(join(cwd, 'open'), 0o644);
    const failure = await failureOf(run(['encrypt', ...words], input));
    expect([failure.code, failure.message]).toEqual(['inventory', message.replace('CWD', cwd)]);
  });
});

describe('secret edit', () => {
  it('opens the values in the clear, in a private folder, and encrypts what is saved', async () => {
    const file = join(cwd, 'a.yml');
    writeFileSync(file, `a: {encrypted: ${await encrypted()}}\n`, { mode: 0o640 });
    const script =
      'cp "$2" "$SEEN"; stat -c "%a %n" "$2" "$(dirname "$2")" >>"$SEEN"; sed -i s/the-value/new-value/ "$2"';
    const { exitCode, out } = await run(['edit', 'a.yml', '--secret-key-file', 'key'], '', editor(script));
    expect([exitCode, out]).toEqual([0, 'a.yml: saved with 1 encrypted values.\n']);
    const [line, fileMode, folderMode] = readFileSync(join(cwd, 'seen'), 'utf8').split('\n');
    expect(line).toBe('a: {encrypted: lvsctl-plain:"the-value"}');
    expect(fileMode).toMatch(/^600 .*\/a\.yml$/);
    expect(folderMode).toMatch(/^700 /);
    expect(existsSync((fileMode ?? '').slice(4))).toBe(false);
    expect(readdirSync(cwd).filter((name) => name.startsWith('lvsctl-edit-'))).toEqual([]);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('-value');
    expect(await openKeyring(KEY).decrypt(text.slice('a: {encrypted: '.length, -2))).toMatchObject({
      text: 'new-value',
    });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it.each([
    ['exit 3', 'exited with code 3. No changes made.'],
    ['kill -9 $$', 'was terminated. No changes made.'],
    [
      'sed -i \'s/"the-value"/the-value/\' "$2"',
      'a.yml:1: lvsctl-plain: is not followed by a JSON string in double quotes. No changes made.',
    ],
    ['echo more >>"$2"; echo x >>"$CHANGED"', 'a.yml was changed by another process while it was edited.'],
  ])('changes nothing and leaves nothing when the editor does: %s', async (script, message) => {
    const file = join(cwd, 'a.yml');
    const text = `a: {encrypted: ${await encrypted()}}\n`;
    writeFileSync(file, text);
    const env = { ...editor(script), CHANGED: file };
    const failure = await failureOf(run(['edit', 'a.yml', '--secret-key-file', 'key'], '', env));
    expect(failure.message).toContain(message);
    expect(readFileSync(file, 'utf8').startsWith(text)).toBe(true);
    expect(readdirSync(cwd).filter((name) => name.startsWith('lvsctl-edit-'))).toEqual([]);
    for (const name of readdirSync(cwd).filter((one) => one.startsWith('a.yml')))
      expect(readFileSync(join(cwd, name), 'utf8')).not.toContain('the-value');
  });
});

describe('secret rekey', () => {
  it('encrypts the values of all files with the new key', async () => {
    const token = await encrypted();
    for (const name of ['a.yml', 'b.yml']) writeFileSync(join(cwd, name), `a: {encrypted: ${token}}\n`);
    const words = ['rekey', 'a.yml', 'b.yml', '--secret-key-file', 'key', '--new-key-file', 'new'];
    expect((await run(words)).exitCode).toBe(0);
    for (const name of ['a.yml', 'b.yml']) {
      const fresh = readFileSync(join(cwd, name), 'utf8').slice('a: {encrypted: '.length, -2);
      expect(await openKeyring('another key of them').decrypt(fresh)).toMatchObject({ text: 'the-value' });
      expect(await openKeyring(KEY).decrypt(fresh)).toEqual({ status: 'refused' });
    }
  });

  it('changes no file when one cannot be decrypted', async () => {
    const token = await encrypted();
    writeFileSync(join(cwd, 'a.yml'), `a: {encrypted: ${token}}\n`);
    writeFileSync(join(cwd, 'b.yml'), `b: 1\na: {encrypted: ${await openKeyring('x').encrypt('y')}}\n`);
    const words = ['rekey', 'a.yml', 'b.yml', '--secret-key-file', 'key', '--new-key-file', 'new'];
    const failure = await failureOf(run(words));
    expect(failure.message).toBe(
      'b.yml:2: cannot be decrypted: it was encrypted with another key, or changed since. No changes made.',
    );
    expect(readFileSync(join(cwd, 'a.yml'), 'utf8')).toContain(token);
  });

  it('needs encrypted values', async () => {
    writeFileSync(join(cwd, 'a.yml'), 'a: 1\n');
    const failure = await failureOf(run(['rekey', 'a.yml', '--secret-key-file', 'key']));
    expect(failure.message).toBe('a.yml: no encrypted values.');
  });
});
