import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, said } from './read.ts';

/** Names in the syntax blocks of keepalived.conf(5) of 2.2.7, by the place where they stand. */
const NAMES: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../fixtures/keepalived/keywords.json'), 'utf8'),
);

/** Lists whose lines begin with something else than a keyword: what follows the last part is on one line with it. */
const LINES = /^(?:static_|virtual_ip|virtual_ro|virtual_ru|unicast_peer|track_(?:interface|script|process|file)$)/;

/** `A/B` and a name to `A {\nB {\nNAME 1\n}\n}`. */
function within(place: string, name: string): string {
  const parts = place === '' ? [] : place.split(/\/(?!\d+$)/);
  const at = parts.findIndex((part, index) => index < parts.length - 1 && LINES.test(part));
  const blocks = at < 0 ? parts : parts.slice(0, at + 1);
  const words = at < 0 ? [] : parts.slice(at + 1);
  return [...blocks.map((part) => `${part} {`), [...words, name, '1'].join(' '), ...blocks.map(() => '}')].join('\n');
}

const unknown = (text: string) => said(read(text, { tls: true })).filter((line) => line.includes('unknown'));

describe.each(Object.entries(NAMES))('%s', (place, names) => {
  it.each(names)('%s is known', (name) => {
    expect(unknown(within(place, name)).filter((line) => line.includes(`'${name}'`))).toEqual([]);
  });

  it('rejects an unknown word', () => {
    expect(unknown(within(place, 'frobnicate')).filter((line) => line.includes("'frobnicate'"))).toHaveLength(1);
  });
});
