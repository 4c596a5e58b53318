import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hide } from '../../../src/plan/render.ts';
import { maskConf, secretsOfConf } from '../../../src/keepalived/conf-secrets.ts';

const shown = (text: string): string => hide(text, []);

describe('what flows into a password', () => {
  it.each([
    ['a password', 'auth_pass hunter22', 'auth_pass [secret]'],
    ['a key of HMAC', 'key 1 hex:00112233\nactive_key 1', 'key 1 [secret]\nactive_key 1'],
    ['a password in quotes', 'password "hunter 22"', 'password [secret]'],
    ['a definition', '$PW=hunter22\nauth_pass $PW', '$PW=[secret]\nauth_pass [secret]'],
    ['a definition in braces', '$PW=hunter22\nauth_pass ${PW}', '$PW=[secret]\nauth_pass [secret]'],
    [
      'a definition of definitions',
      '$A=hun\n$B=${A}ter22\n$C=other\nauth_pass $B\nrouter_id $C',
      '$A=[secret]\n$B=[secret]\n$C=other\nauth_pass [secret]\nrouter_id $C',
    ],
    ['a definition on one host', '@dr1 $PW=hunter22\nauth_pass $PW', '@dr1 $PW=[secret]\nauth_pass [secret]'],
    ['a conditional password', '@dr1 auth_pass hunter22', '@dr1 auth_pass [secret]'],
    ['a sequence', '~SEQ(i, 1, 2) $PW=hunter22\nauth_pass $PW', '~SEQ(i, 1, 2) $PW=[secret]\nauth_pass [secret]'],
    [
      'a definition of several lines',
      '$AUTH= \\\n  auth_type PASS \\\n  auth_pass hunter22\nauthentication {\n$AUTH\n}',
      '$AUTH= \\\n  auth_type PASS \\\n  auth_pass [secret]\nauthentication {\n$AUTH\n}',
    ],
    ['a keyword that is defined', '$K=auth_pass\n$K hunter22', '$K=[secret]\n$K [secret]'],
    ['an argument of a program', 'notify "/bin/x --password=hunter22"', 'notify "/bin/x --password=[secret]'],
    [
      'a password elsewhere',
      'auth_pass hunter22\nnotify "/bin/x hunter22"',
      'auth_pass [secret]\nnotify "/bin/x [secret]"',
    ],
    ['nothing else', '$V=10.0.0.9\nvirtual_ipaddress {\n$V\n}', '$V=10.0.0.9\nvirtual_ipaddress {\n$V\n}'],
  ])('is hidden: %s', (_name, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('is hidden wherever in a long file, which is read in parts', () => {
    const [before, after] = ['weight 1\n'.repeat(3630), 'weight 1\n'.repeat(4000)];
    for (let length = 0; length < 120; length += 1) {
      const text = `${before}${'x'.repeat(length)}\nauth_pass \\\nhunter22 \\\n\n${after}`;
      expect(shown(text)).not.toContain('hunter22');
      expect(shown(text).split('\n')).toHaveLength(text.split('\n').length);
    }
  });

  it('is hidden, whatever its path', () => {
    const word = fc.stringMatching(/^[a-z]{2,6}$/);
    const chain = fc.array(fc.tuple(word, fc.constantFrom('bare', 'braced')), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(chain, fc.constantFrom('auth_pass', 'password'), (links, keyword) => {
        const secret = 'Zq7-Zq7-Zq7';
        const named = links.map(([name], index) => `${name}${index}`);
        const definitions = named.map((name, index) => {
          const inner = named[index - 1];
          if (inner === undefined) return `$${name}=${secret}`;
          return links[index]?.[1] === 'bare' ? `$${name}=$${inner}` : `$${name}=\${${inner}}`;
        });
        const text = [...definitions, `${keyword} $${named.at(-1) ?? ''}`, `notify "/bin/mail ${secret}"`].join('\n');
        expect(shown(text)).not.toContain('Zq7');
        expect(shown(text).split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });

  it('stops at self-referential definitions', () => {
    const text = `${Array.from({ length: 200 }, (_, index) => `$A=$A$A\${B} ${index}`).join('\n')}\n$B=$A\nauth_pass $A`;
    expect(secretsOfConf(text).names).toEqual(new Set(['A', 'B']));
    expect(maskConf(text, new Set(['A', 'B']), '[secret]').split('\n')).toHaveLength(202);
  });
});
