import { Secret } from '../../../src/text/secret.ts';
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, quote, sh } from '../../../src/remote/command.ts';

function bySh(script: string): string {
  return spawnSync('/bin/sh', { input: script, encoding: 'utf8' }).stdout;
}

const word = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', '\n', ' ', '*', '-', '=', '~', '#', 'a', '€') }),
);

describe('quoting', () => {
  it('passes any string through a shell unchanged', () => {
    fc.assert(
      fc.property(
        word.filter((one) => !one.includes('\0')),
        (one) => {
          expect(bySh(sh`printf %s ${one}`.script)).toBe(one);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('quotes the words of an array separately', () => {
    fc.assert(
      fc.property(
        fc.array(
          word.filter((one) => !one.includes('\0')),
          { minLength: 1 },
        ),
        (words) => {
          expect(bySh(sh`printf '%s\\0' ${words}`.script)).toBe(words.map((one) => `${one}\0`).join(''));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leaves plain words readable', () => {
    expect(quote('/etc/keepalived/keepalived.conf')).toBe('/etc/keepalived/keepalived.conf');
    expect(quote('')).toBe("''");
    expect(quote("it's")).toBe(String.raw`'it'\''s'`);
  });

  it('rejects a NUL, which no shell word can contain', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
  });

  it('inserts a command unchanged, with its secrets', () => {
    const inner = sh`echo ${new Secret('hunter2!')}`;
    const outer = lines([sh`true`, sh`if ${inner}; then :; fi`]);
    expect(outer.script).toBe("true\nif echo 'hunter2!'; then :; fi");
    expect(outer.secrets).toEqual(['hunter2!']);
  });

  it('does not print a secret', () => {
    const secret = new Secret('hunter2!');
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).toBe('[secret] {"secret":"[secret]"}');
  });
});
