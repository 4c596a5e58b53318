import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { Failure } from '../../../src/failure.ts';
import { openKeyring } from '../../../src/secrets/cipher.ts';
import { RECORDED_INVENTORY, commandLine } from '../../support/command-line.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { OBSERVING, fakeHosts, recordedCluster } from '../../support/recorded.ts';
import { temporaryFolder } from '../../support/shells.ts';

const KEY = 'planted-key-of-the-tests';
const PLANTED = {
  env: 'pl4-env',
  file: 'planted-file-word',
  exec: '/usr/bin/planted+exec/word?',
  encrypted: 'planted "encrypted" word',
  listed: 'planted-listed-word',
} as const;
const WORDS = [...Object.values(PLANTED), KEY];

/** Every form in which a secret could be recognised. */
const FORMS = WORDS.flatMap((word) => [
  word,
  JSON.stringify(word).slice(1, -1),
  ...(['base64', 'hex'] as const).map((encoding) => Buffer.from(word).toString(encoding)),
  encodeURIComponent(word),
]);

/** What a host prints that repeats all it was sent. */
const SPILLED = FORMS.join('\nx');

let folder: string;
let cwd: string;

beforeAll(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'word'), `${PLANTED.file}\n`);
  writeFileSync(join(folder, 'key'), KEY, { mode: 0o600 });
  const encrypted = await openKeyring(KEY).encrypt(PLANTED.encrypted);
  const overlay = `
vrrp_instance: {authentication: {auth_pass: {env: PLANTED_WORD}}}
global_defs:
  notification_email: [ops@example.org]
  smtp_server: {file: word}
secrets: [${PLANTED.listed}, {encrypted: ${encrypted}}]
vrrp_script: {chk: {script: {exec: [printf, '%s', '${PLANTED.exec}']}}}
raw: |
  # ${PLANTED.listed} ${PLANTED.exec}
`;
  writeFileSync(join(folder, 'overlay.yml'), overlay);
  writeFileSync(join(folder, 'wrong.yml'), `${overlay}vip: {exec: [sh, -c, 'echo ${PLANTED.file} >&2; exit 1']}\n`);
  cwd = folder;
});

/** Verbs that take no inventory, or whose arguments are their own. */
const OTHERS: Readonly<Record<string, readonly string[] | 'none'>> = {
  init: 'none',
  adopt: 'none',
  completion: 'none',
  lab: 'none',
  hosts: 'none',
  // It collects packages of this machine.
  bundle: 'none',
  exec: ['exec', '--shell', 'env'],
  unlock: ['unlock', '0123456789ab', '--yes'],
  table: ['table', 'save'],
  secret: ['secret', 'encrypt', '--secret-key-file', 'key'],
};

/** The words of each verb; a verb that is new takes part by itself. */
function commandLines(): readonly (readonly string[])[] {
  const context = {
    screen: openScreen({ json: false, color: false }, {}, recordingStreams()),
    verbose: false,
    signal: new AbortController().signal,
    env: {},
    cwd: '/',
  };
  return buildProgram(context, () => undefined).commands.flatMap((command: Command) => {
    const own = OTHERS[command.name()];
    if (own === 'none') return [];
    const yes = command.options.some(({ long }) => long === '--yes') ? ['--yes'] : [];
    const words = own ?? [command.name(), ...yes];
    return command.options.some(({ long }) => long === '--diff') ? [words, [...words, '--diff']] : [words];
  });
}

const cluster = await recordedCluster();

async function outputOf(words: readonly string[], overlay: string, state: 'bare' | 'deployed'): Promise<string> {
  vi.stubEnv('PLANTED_WORD', PLANTED.env);
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const hosts = new Map<
    string,
    ReturnType<typeof fakeHosts> extends ReadonlyMap<string, infer T> ? T | Failure : never
  >(
    fakeHosts(
      cluster,
      state,
      {},
      {
        more: () => [
          {
            script: { name: 'any other', matches: (script) => !OBSERVING.matches(script) },
            times: 'any',
            gives: { stdout: SPILLED, stderr: SPILLED, exitCode: 1 },
          },
        ],
      },
    ),
  );
  hosts.set('rs2', new Failure('auth', `rs2: refused ${SPILLED}`, { host: 'rs2', stderr: SPILLED, hint: SPILLED }));
  const [verb = ''] = words;
  const inventories = verb === 'secret' ? [] : ['-i', RECORDED_INVENTORY, '-i', join(folder, overlay)];
  const { out, err } = await commandLine([...words, ...inventories], hosts, {
    env: { LVSCTL_SECRET_KEY_FILE: join(folder, 'key') },
    cwd,
    verbose: true,
    reported: true,
    input: (async function* () {
      yield await Promise.resolve(Buffer.from(PLANTED.encrypted));
    })(),
  });
  return out + err;
}

describe('no verb prints a secret', () => {
  it.each(
    commandLines()
      .flatMap((words) => [words, [...words, '--json']])
      .map((words) => [words.join(' '), words] as const),
  )('%s', async (_name, words) => {
    for (const state of ['bare', 'deployed'] as const) {
      const output = await outputOf(words, 'overlay.yml', state);
      expect(output).not.toBe('');
      for (const form of FORMS) expect(output).not.toContain(form);
    }
    const output = await outputOf(words, 'wrong.yml', 'deployed');
    for (const form of FORMS) expect(output).not.toContain(form);
  });

  it('although verbs print what holds one', async () => {
    expect(await outputOf(['render'], 'overlay.yml', 'bare')).toContain('auth_pass [secret]');
    expect(await outputOf(['exec', '--shell', 'env'], 'overlay.yml', 'bare')).toContain('  x[secret]');
    expect(readFileSync(join(folder, 'overlay.yml'), 'utf8')).toContain(PLANTED.exec);
  });
});
