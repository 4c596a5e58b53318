import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  judge,
  KnownHosts,
  knownName,
  knownTypes,
  matchesNames,
  parseKnownHosts,
} from '../../../src/remote/known-hosts.ts';

/** A well-formed key of an unusable type. */
function key(type: string, seed: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(seed)]).toString('base64');
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

const ED = key('ssh-ed25519', 'one');
const OTHER = key('ssh-ed25519', 'two');
const ECDSA = key('ecdsa-sha2-nistp256', 'one');

function recorded(text: string): KnownHosts {
  return new KnownHosts(parseKnownHosts(text, 'kh'));
}

function verdict(text: string, host = 'web1', port = 22, shown = ED): string {
  const said = judge(recorded(text), { host, port }, shown);
  return 'entry' in said ? `${said.kind} ${said.entry.file}:${said.entry.line}` : said.kind;
}

describe('a host key', () => {
  it.each([
    ['by its plain name', `web1 ssh-ed25519 ${ED}`, 'web1', 22],
    ['by a name in a list', `10.0.0.1,web1 ssh-ed25519 ${ED}`, 'web1', 22],
    ['by a pattern', `web? ssh-ed25519 ${ED}`, 'web1', 22],
    ['whatever the case of its name', `WEB1 ssh-ed25519 ${ED}`, 'Web1', 22],
    ['on an odd port', `[web1]:2222 ssh-ed25519 ${ED}`, 'web1', 2222],
    ['on an odd port by its plain name', `web1 ssh-ed25519 ${ED}`, 'web1', 2222],
    ['by a hashed name', `${hashed('web1')} ssh-ed25519 ${ED}`, 'web1', 22],
    ['by a hashed name with a port', `${hashed('[web1]:2222')} ssh-ed25519 ${ED}`, 'web1', 2222],
    ['with a comment', `web1 ssh-ed25519 ${ED} root@web1 since 2020`, 'web1', 22],
    ['between tabs and blanks', `  web1\t ssh-ed25519 \t${ED}  `, 'web1', 22],
    ['by one of several keys', `web1 ssh-ed25519 ${OTHER}\nweb1 ssh-ed25519 ${ED}`, 'web1', 22],
    ['as an IPv6 address', `fe80::1 ssh-ed25519 ${ED}`, 'fe80::1', 22],
    ['in a file with DOS line ends', `web1 ssh-ed25519 ${ED}\r\n`, 'web1', 22],
  ])('is known %s', (_how, text, host, port) => {
    expect(verdict(text, host, port)).toBe('known');
  });

  it.each([
    ['in an empty file', ''],
    ['by another name', `web2 ssh-ed25519 ${ED}`],
    ['when a pattern denies it', `web*,!web1 ssh-ed25519 ${ED}`],
    ['in a comment', `# web1 ssh-ed25519 ${ED}`],
    ['on a line that was cut', `web1 ssh-ed25519 ${ED.slice(0, 8)}`],
    ['on a line of another type than its key', `web1 ssh-rsa ${ED}`],
    ['under an unknown marker', `@trusted web1 ssh-ed25519 ${ED}`],
    ['on a line of the first SSH', 'web1 1024 35 123456789'],
    ['on another port only', `[web1]:2222 ssh-ed25519 ${ED}`],
  ])('is unknown %s', (_how, text) => {
    expect(verdict(text)).toBe('unknown');
  });

  it('has changed when another key of any type is recorded', () => {
    expect(verdict(`# mine\nweb1 ssh-ed25519 ${OTHER}`)).toBe('changed kh:2');
    expect(verdict(`web1 ecdsa-sha2-nistp256 ${ECDSA}`)).toBe('changed kh:1');
  });

  it('has not changed because of the key on port 22', () => {
    expect(verdict(`web1 ssh-ed25519 ${OTHER}`, 'web1', 2222)).toBe('unknown');
  });

  it('is rejected when it was revoked, recorded or not', () => {
    expect(verdict(`web1 ssh-ed25519 ${ED}\n@revoked * ssh-ed25519 ${ED}`)).toBe('revoked kh:2');
    expect(verdict(`@revoked web1 ssh-ed25519 ${ED}`, 'web1', 2222)).toBe('revoked kh:1');
    expect(verdict(`web1 ssh-ed25519 ${ED}\n@revoked web1 ssh-ed25519 ${OTHER}`)).toBe('known');
  });

  it('is unknown under a certificate authority alone, which is named', () => {
    const said = judge(recorded(`@cert-authority *.com ssh-ed25519 ${ED}`), { host: 'a.com', port: 22 }, ED);
    expect(said).toMatchObject({ kind: 'unknown', authority: { line: 1 } });
  });

  it('is requested in the recorded types', () => {
    const entries = recorded(`web1 ecdsa-sha2-nistp256 ${ECDSA}\n@revoked web1 ssh-ed25519 ${ED}`);
    expect(knownTypes(entries, { host: 'web1', port: 22 })).toEqual(['ecdsa-sha2-nistp256']);
    expect(knownTypes(entries, { host: 'web2', port: 22 })).toEqual([]);
  });

  it('on another port is requested in the types recorded for its plain name', () => {
    const entries = recorded(`web1 ecdsa-sha2-nistp256 ${ECDSA}`);
    expect(knownTypes(entries, { host: 'web1', port: 2222 })).toEqual(['ecdsa-sha2-nistp256']);
  });
});

describe('known_hosts, fuzzed', () => {
  const field = fc.string({
    unit: fc.constantFrom('a', '1', '*', '?', '!', ',', '|', '[', ']', ':', '@', '=', ' ', '\t', '#', '\n', ED),
  });

  it('never throws, and reads only lines of the file', () => {
    fc.assert(
      fc.property(field, field, (text, name) => {
        for (const entry of parseKnownHosts(text, 'kh')) {
          expect(text.split(/\r?\n/)[entry.line - 1]).toContain(entry.names);
          matchesNames(entry.names, name);
        }
        judge(recorded(text), { host: name, port: 22 }, ED);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the lines that match a name, in their order, as often as it is asked', () => {
    const host = fc.constantFrom('a', 'b', 'a1', '[a]:1');
    const pattern = fc.oneof(host, host.map(hashed), fc.constantFrom('*', 'a*,!a1', 'b,a', 'a,,a', '|1|x|y', 'A?'));
    fc.assert(
      fc.property(fc.array(pattern), fc.array(host), (names, asked) => {
        const lines = parseKnownHosts(names.map((one) => `${one} ssh-ed25519 ${ED}`).join('\n'), 'kh');
        const known = new KnownHosts(lines);
        for (const name of asked)
          expect(known.of(name)).toEqual(lines.filter((line) => matchesNames(line.names, name)));
      }),
    );
  });

  it('matches a pattern like the equivalent regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 12 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    fc.assert(
      fc.property(text, name, (pattern, one) => {
        const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesNames(pattern, one)).toBe(pattern !== '' && new RegExp(`^${expression}$`).test(one));
      }),
      { numRuns: 1000 },
    );
  });

  it('stays fast with many stars', () => {
    const begun = performance.now();
    expect(matchesNames(`${'*a'.repeat(200)}b`, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('beside ssh-keygen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvsctl-known-'));
  const present = spawnSync('ssh-keygen', ['-?']).error === undefined;
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.skipIf(!present)('finds the same hosts in a file that it has hashed', () => {
    const made = join(folder, 'key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', made]);
    const [, real = ''] = spawnSync('cat', [`${made}.pub`], { encoding: 'utf8' }).stdout.split(' ');
    const file = join(folder, 'known_hosts');
    const text = `web1 ssh-ed25519 ${real}\n${knownName({ host: 'web2', port: 2222 })} ssh-ed25519 ${real}\n`;
    writeFileSync(file, text);
    spawnSync('ssh-keygen', ['-H', '-f', file]);
    const after = spawnSync('cat', [file], { encoding: 'utf8' }).stdout;
    expect(after).toMatch(/^\|1\|/);
    expect([
      verdict(after, 'web1', 22, real),
      verdict(after, 'web2', 2222, real),
      verdict(after, 'web3', 22, real),
    ]).toEqual(['known', 'known', 'unknown']);
  });
});
