import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/remote/command.ts';
import { headOf, redact } from '../../../src/remote/redact.ts';

describe('redaction', () => {
  it.each([
    ['a long secret anywhere', 'xhunter22x', 'hunter22', 'x[secret]x'],
    ['a secret as the shell quotes it', String.raw`echo 'it'\''s me'`, "it's me", 'echo [secret]'],
    ['characters that a pattern would read', 'a (.*)+[$1] b', '(.*)+[$1]', 'a [secret] b'],
    ['a short secret that is a word', 'auth_pass 1111', '1111', 'auth_pass [secret]'],
    ['a short secret at the end of a sentence', 'the password is 1111.', '1111', 'the password is [secret].'],
    ['a short secret between quotes', "auth_pass '1111'", '1111', "auth_pass '[secret]'"],
  ])('hides %s', (_name, text, secret, expected) => {
    expect(redact(text, [secret])).toBe(expected);
  });

  it.each([
    ['a longer number', '111112 1111a a1111'],
    ['an address or a version', '10.1111 1111.5 v2.1111'],
  ])('leaves a short secret in %s', (_name, text) => {
    expect(redact(text, ['1111'])).toBe(text);
  });

  it('hides the longer of two secrets whole', () => {
    expect(redact('abcdef-ghijkl', ['abcdef', 'abcdef-ghijkl'])).toBe('[secret]');
  });

  it.each(['base64', 'base64url', 'hex'] as const)('leaves no secret in %s, whatever is around it', (encoding) => {
    const printableText = fc.stringMatching(/^[a-z0-9:;?~>]{0,6}$/);
    fc.assert(
      fc.property(printableText, fc.stringMatching(/^[a-z0-9?>~]{8,20}$/), printableText, (before, secret, after) => {
        const encoded = Buffer.from(`${before}${secret}${after}`).toString(encoding);
        const left = redact(`x ${encoded} y`, [secret]).replace('[secret]', '');
        // Of the secret, at most the bits of its first and last character may remain.
        expect(left.length).toBeLessThan(encoded.length + 4 - secret.length);
        expect(Buffer.from(left.slice(2, -2), encoding).toString()).not.toContain(secret.slice(1, -1));
      }),
    );
  });

  it('hides a secret in a URL and in JSON', () => {
    const secret = 'a b/c"d';
    expect(redact(`${encodeURIComponent(secret)} ${JSON.stringify({ secret })}`, [secret])).toBe(
      '[secret] {"secret":"[secret]"}',
    );
    expect(redact('a+b%2Fc%22d', [secret])).toBe('[secret]');
  });

  it('takes no notice of an empty secret', () => {
    expect(redact('abc', [''])).toBe('abc');
  });

  it('leaves no long secret anywhere, whatever is around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 6 }), fc.string(), (before, secret, after) => {
        fc.pre(!'[secret]'.includes(secret) && !`${before}[secret]${after}`.includes(secret));
        const text = `${before}${secret}${after} ${secret.includes('\0') ? '' : quote(secret)}`;
        fc.pre(!secret.includes('\0'));
        expect(redact(text, [secret])).not.toContain(secret);
      }),
    );
  });
});

describe('the head of a command', () => {
  it('is its first line', () => {
    expect(headOf('\nset -e\nrm x', [])).toBe('set -e …');
    expect(headOf('true', [])).toBe('true');
  });

  it('is cut only after its secrets are gone', () => {
    const head = headOf(`echo ${'x'.repeat(150)} hunter2hunter2`, ['hunter2hunter2']);
    expect(head).not.toContain('hunt');
    expect(head.endsWith('…')).toBe(true);
  });
});
