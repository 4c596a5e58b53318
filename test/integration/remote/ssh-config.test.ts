import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localConfigFiles } from '../../../src/remote/ssh-config/local-files.ts';
import type { HostSettings } from '../../../src/remote/ssh-config/settings.ts';
import { SshConfig } from '../../../src/remote/ssh-config/ssh-config.ts';
import { sshConfigCase } from '../../support/ssh-config-text.ts';

const KEYS = [
  'hostname',
  'user',
  'port',
  'identityfile',
  'identitiesonly',
  'hostkeyalias',
  'userknownhostsfile',
  'stricthostkeychecking',
  'connecttimeout',
  'serveraliveinterval',
  'serveralivecountmax',
  'proxyjump',
  'proxycommand',
];

const home = userInfo().homedir;
const DEFAULT_KEYS = /^~\/\.ssh\/id_/;

/** What `ssh -G` prints of the keywords that are compared. */
function byOpenSsh(
  file: string,
  destination: string,
  user: string | undefined,
  port: number | undefined,
): Record<string, string[]> {
  const options = [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
  const text = execFileSync('ssh', ['-F', file, '-G', ...options, destination], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KEYS: 'keys' },
  });
  const found: Record<string, string[]> = Object.fromEntries(KEYS.map((key) => [key, []]));
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    found[line.slice(0, space)]?.push(line.slice(space + 1));
  }
  // It prints these as they are written.
  const values: Record<string, string> = { '~': home, '${KEYS}': 'keys', '%%': '%', '%n': destination };
  for (const [token, key] of [
    ['%h', 'hostname'],
    ['%r', 'user'],
    ['%p', 'port'],
  ] as const)
    values[token] = found[key]?.[0] ?? '';
  found['identityfile'] = (found['identityfile'] ?? [])
    .filter((one) => !DEFAULT_KEYS.test(one))
    .map((one) => one.replaceAll(/^~|%.|\$\{KEYS\}/g, (token) => values[token] ?? token));
  found['proxyjump'] = (found['proxyjump'] ?? []).map((one) => one.replaceAll(/:22(?=,|$)/g, ''));
  // Without a terminal to ask at, both are an unknown key refused.
  found['stricthostkeychecking'] = (found['stricthostkeychecking'] ?? []).map((one) => (one === 'ask' ? 'true' : one));
  return found;
}

function byLvsctl(
  s: HostSettings,
  destination: string,
  user: string | undefined,
  port: number | undefined,
): Record<string, string[]> {
  const one = (value: string | number | undefined): string[] => (value === undefined ? [] : [String(value)]);
  const checking = { strict: 'true', 'accept-new': 'accept-new', no: 'false' }[s.hostKeyChecking?.value ?? 'strict'];
  const hops = (s.proxyJump?.value ?? []).map((hop) => {
    const host = hop.host.includes(':') ? `[${hop.host}]` : hop.host;
    return `${hop.user === undefined ? '' : `${hop.user}@`}${host}${hop.port === undefined || hop.port === 22 ? '' : `:${hop.port}`}`;
  });
  return {
    hostname: [(s.hostName?.value ?? destination).toLowerCase()],
    user: one(user ?? s.user?.value ?? userInfo().username),
    port: one(port ?? s.port?.value ?? 22),
    identityfile: [...(s.identityFiles?.value ?? [])],
    identitiesonly: one(s.identitiesOnly?.value === true ? 'yes' : 'no'),
    hostkeyalias: one(s.hostKeyAlias?.value),
    userknownhostsfile: one(
      (s.userKnownHosts?.value ?? [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`]).join(' '),
    ),
    stricthostkeychecking: one(checking),
    connecttimeout: one(s.connectTimeoutSeconds?.value ?? 'none'),
    serveraliveinterval: one(s.keepaliveSeconds?.value ?? 0),
    serveralivecountmax: one(s.keepaliveCount?.value ?? 3),
    proxyjump: hops.length === 0 ? [] : [hops.join(',')],
    proxycommand: one(s.proxyCommand?.value),
  };
}

describe('the configuration of OpenSSH', () => {
  it('is read as `ssh -G` reads it', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvsctl-ssh-config-'));
    const local = {
      name: userInfo().username,
      uid: userInfo().uid,
      home,
      hostname: hostname(),
      variables: { KEYS: 'keys' },
    };
    try {
      await fc.assert(
        fc.asyncProperty(sshConfigCase, async ({ main, parts, destination, user, port }) => {
          rmSync(folder, { recursive: true });
          mkdirSync(folder);
          const file = join(folder, 'config');
          writeFileSync(file, main.replaceAll('Include part-', `Include ${folder}/part-`), { mode: 0o600 });
          for (const [index, part] of parts.entries())
            writeFileSync(join(folder, `part-${index}`), part, { mode: 0o600 });
          const config = await SshConfig.read({ kind: 'file', file }, localConfigFiles(), local);
          const settings = config.settings({ name: destination, user: { given: user, otherwise: local.name }, port });
          expect(config.mistakes.filter(({ severity }) => severity === 'error')).toEqual([]);
          const theirs = byOpenSsh(file, destination, user, port);
          expect(byLvsctl(settings, destination, user, port)).toEqual(theirs);
        }),
        { numRuns: 200 },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
