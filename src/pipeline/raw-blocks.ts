import type { PathParts } from '../inventory/place.ts';
import type { Input } from '../inventory/schema.ts';

/** A piece of keepalived.conf that the inventory holds as it is. */
export interface RawBlock {
  readonly at: PathParts;
  readonly text: string;
}

/** A line of a raw block; lines count from 1. */
export interface RawPlace {
  readonly at: PathParts;
  readonly line: number;
}

/** All raw blocks, in the order in which keepalived.conf has them. */
export function rawBlocksOf(input: Input): readonly RawBlock[] {
  const all: readonly (readonly [PathParts, string | undefined])[] = [
    [['global_defs', 'raw'], input.global_defs?.raw],
    [['raw'], input.raw],
    [['vrrp_instance', 'raw'], input.vrrp_instance?.raw],
    ...(input.virtual_servers ?? []).map(({ raw }, index) => [['virtual_servers', index, 'raw'], raw] as const),
    ...(input.real_servers ?? []).map(({ raw }, index) => [['real_servers', index, 'raw'], raw] as const),
  ];
  return all.flatMap(([at, text]) => (text === undefined ? [] : [{ at, text }]));
}

/** Where each line of a rendered file that comes from a raw block was written, by the number of the line. */
export function placesOf(rendered: string, blocks: readonly RawBlock[]): ReadonlyMap<number, RawPlace> {
  const places = new Map<number, RawPlace>();
  const trimmed = rendered.split('\n').map((line) => line.trim());
  for (const { at, text } of blocks) {
    const lines = text
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => line.trim());
    for (let start = 0; start + lines.length <= trimmed.length; start++) {
      if (!lines.every((line, index) => trimmed[start + index] === line)) continue;
      lines.forEach((_, index) => {
        if (!places.has(start + index + 1)) places.set(start + index + 1, { at, line: index + 1 });
      });
      start += lines.length - 1;
    }
  }
  return places;
}

/** The block that has a line nearest to a line of the rendered file; undefined when there are no blocks. */
export function nearestBlock(places: ReadonlyMap<number, RawPlace>, line: number): PathParts | undefined {
  const distance = ([number]: readonly [number, RawPlace]): number => Math.abs(number - line);
  return [...places].toSorted((one, other) => distance(one) - distance(other))[0]?.[1].at;
}
