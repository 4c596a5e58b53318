import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOISE_LIMIT, Output } from '../../../src/remote/output.ts';

const STARTED = '\u001Elvsctl 123\u001E\n';

function feed(chunks: readonly Buffer[]): {
  readonly text: string;
  readonly lines: readonly string[];
  readonly started: boolean;
} {
  const lines: string[] = [];
  const output = new Output((line) => lines.push(line));
  for (const chunk of chunks) output.write(chunk);
  output.end();
  return { text: output.text, lines, started: output.started };
}

/** Cuts a buffer at any byte, in the middle of a character too. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('an output', () => {
  it('is the same however it is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '€', '𝄞', '\n', '\r', '\u001E', ' ') });
    fc.assert(
      fc.property(text, text, fc.array(fc.nat()), (noise, said, at) => {
        const read = feed(cut(Buffer.from(noise + STARTED + said), at));
        expect(read.text).toBe(said);
        expect(read.lines).toEqual(said === '' ? [] : said.replace(/\n$/, '').split('\n'));
      }),
    );
  });

  it('without an announcement is kept whole and passes no line on', () => {
    expect(feed([Buffer.from('sudo: a password\n')])).toEqual({
      text: 'sudo: a password\n',
      lines: [],
      started: false,
    });
  });

  it('is not kept beyond what a login says, and is known as drowned', () => {
    const output = new Output(undefined);
    const chunk = Buffer.from('\u001Elvsctl '.repeat(1000));
    for (let count = 0; count < 1000; count++) output.write(chunk);
    expect(output.drowned).toBe(true);
    expect(output.text.length).toBeLessThan(NOISE_LIMIT + 2 * chunk.length);
  });

  it('passes on the beginning of a line that is too long', () => {
    const read = feed([
      Buffer.from(STARTED),
      ...Array.from({ length: 40 }, () => Buffer.alloc(10_000, 'a')),
      Buffer.from('\nb\n'),
    ]);
    expect(read.lines.map((line) => line.length)).toEqual([65_536, 1]);
    expect(read.text).toHaveLength(400_003);
  });

  it('shows bytes that are not UTF-8 as U+FFFD', () => {
    const read = feed([Buffer.concat([Buffer.from(STARTED), Buffer.from([0x61, 0xff, 0xe2, 0x82])])]);
    expect(read.text).toBe('a\uFFFD\uFFFD');
  });
});
