import { type InventoryKeywords, KEYWORDS, directivesOf, isChecker } from '../inventory/keywords.ts';
import type { PathParts } from '../inventory/place.ts';
import type { Input } from '../inventory/schema.ts';
import { type Directive, writeDirectives } from '../keepalived/write.ts';

/** A line that an inventory adds to keepalived.conf, and where it was written. */
export interface AddedLine {
  readonly text: string;
  readonly at: PathParts;
  /** Of a raw block, from 1; undefined for a key, whose place says all. */
  readonly line: number | undefined;
}

/** Lines that follow each other in keepalived.conf: one keyword with its block, or a raw block. */
export interface AddedBlock {
  /** The key, or that of the raw block. */
  readonly at: PathParts;
  /** What the lines are added to, such as virtual_servers[0]; nothing for the file itself. */
  readonly to: PathParts;
  /** undefined for a raw block */
  readonly keyword: string | undefined;
  readonly lines: readonly AddedLine[];
}

/** Everything that an inventory adds, each block once. */
export function addedBlocksOf(input: Input): readonly AddedBlock[] {
  return [
    ...blocksAt(['global_defs'], input.global_defs, KEYWORDS.global_defs, input.global_defs?.raw),
    ...blocksAt([], input, KEYWORDS.top, input.raw),
    ...blocksAt(['vrrp_instance'], input.vrrp_instance, KEYWORDS.vrrp_instance, input.vrrp_instance?.raw),
    ...(input.directors ?? []).flatMap(({ vrrp_instance }, index) =>
      blocksAt(['directors', index, 'vrrp_instance'], vrrp_instance, KEYWORDS.vrrp_instance),
    ),
    ...(input.virtual_servers ?? []).flatMap((server, index) => [
      ...blocksAt(['virtual_servers', index, 'tcp_check'], server.tcp_check, KEYWORDS.tcp_check),
      ...blocksAt(['virtual_servers', index], server, KEYWORDS.virtual_servers, server.raw),
    ]),
    ...(input.real_servers ?? []).flatMap((server, index) => [
      ...blocksAt(['real_servers', index, 'tcp_check'], server.tcp_check, KEYWORDS.tcp_check),
      ...blocksAt(['real_servers', index], server, KEYWORDS.real_servers, server.raw),
    ]),
  ];
}

function blocksAt(
  to: PathParts,
  given: object | undefined,
  table: InventoryKeywords,
  raw?: string,
): readonly AddedBlock[] {
  const keywords = directivesOf(given, table).map((directive) => keywordBlock(to, directive));
  return raw === undefined ? keywords : [...keywords, rawBlock(to, raw)];
}

function keywordBlock(to: PathParts, directive: Directive): AddedBlock {
  const lines = writeDirectives([directive]).map(({ text, directive: { at } }) => ({
    text: text.trim(),
    at: [...to, ...(at ?? [])],
    line: undefined,
  }));
  return { at: [...to, directive.at?.[0] ?? directive.keyword], to, keyword: directive.keyword, lines };
}

function rawBlock(to: PathParts, raw: string): AddedBlock {
  const at = [...to, 'raw'];
  const lines = raw
    .replace(/\n+$/, '')
    .split('\n')
    .map((text, index) => ({ text: text.trim(), at, line: index + 1 }));
  return { at, to, keyword: undefined, lines };
}

/** Whether a block was written as text, in which conditions and includes count. */
export function isRaw({ keyword }: AddedBlock): boolean {
  return keyword === undefined;
}

/**
 * Where each line of a rendered file that an inventory adds was written, by the number of the line.
 * @param director its index in the inventory
 */
export function placesOf(rendered: string, input: Input, director: number): ReadonlyMap<number, AddedLine> {
  const places = new Map<number, AddedLine>();
  const trimmed = rendered.split('\n').map((line) => line.trim());
  let next = 0;
  for (const { lines } of inFileOrder(input, trimmed, director)) {
    const start = indexOf(trimmed, lines, next);
    if (start === undefined) continue;
    lines.forEach((line, index) => places.set(start + index + 1, line));
    next = start + lines.length;
  }
  return places;
}

/** The blocks as the template has them: those of real servers once for each virtual server. */
function inFileOrder(input: Input, trimmed: readonly string[], director: number): readonly AddedBlock[] {
  const blocks = addedBlocksOf(input);
  const on = (to: string): readonly AddedBlock[] => blocks.filter((block) => String(block.to[0] ?? '') === to);
  const real = byIndex(on('real_servers'));
  const virtual = byIndex(on('virtual_servers'));
  const servers = trimmed.filter((line) => line.startsWith('virtual_server ') && line.endsWith('{')).length;
  const pools = Array.from({ length: servers }, (_, index) => poolOf(input, virtual.get(index) ?? [], real));
  const own = on('directors').filter(({ to }) => to[1] === director);
  const taken = new Set(own.map(({ keyword }) => keyword));
  const shared = on('vrrp_instance').filter(({ keyword }) => keyword === undefined || !taken.has(keyword));
  const vrrp = [...shared.filter((block) => !isRaw(block)), ...own, ...shared.filter(isRaw)];
  return [...on('global_defs'), ...on(''), ...vrrp, ...pools.flat()];
}

function byIndex(blocks: readonly AddedBlock[]): ReadonlyMap<number, readonly AddedBlock[]> {
  const map = new Map<number, AddedBlock[]>();
  for (const block of blocks) {
    const index = Number(block.to[1]);
    const same = map.get(index);
    if (same === undefined) map.set(index, [block]);
    else same.push(block);
  }
  return map;
}

function poolOf(
  { real_servers = [] }: Input,
  virtual: readonly AddedBlock[],
  real: ReadonlyMap<number, readonly AddedBlock[]>,
): readonly AddedBlock[] {
  const isCheck = ({ keyword }: AddedBlock): boolean => keyword !== undefined && isChecker(keyword);
  const checks = virtual.filter(isCheck);
  const tcp = virtual.filter(isOfTcpCheck);
  return [
    ...virtual.filter((block) => !isCheck(block) && !isOfTcpCheck(block)),
    ...real_servers.flatMap((server, index) => {
      const all = real.get(index) ?? [];
      const own = all.filter((block) => !isOfTcpCheck(block));
      if (own.some(isCheck)) return own;
      if (server.tcp_check === undefined && checks.length > 0) return [...checks, ...own];
      const ownTcp = all.filter(isOfTcpCheck);
      const taken = new Set(ownTcp.map(({ keyword }) => keyword));
      return [...tcp.filter(({ keyword }) => !taken.has(keyword)), ...ownTcp, ...own];
    }),
  ];
}

function isOfTcpCheck({ to }: AddedBlock): boolean {
  return to.at(-1) === 'tcp_check';
}

function indexOf(trimmed: readonly string[], lines: readonly AddedLine[], from: number): number | undefined {
  for (let start = from; start + lines.length <= trimmed.length; start++)
    if (lines.every(({ text }, index) => trimmed[start + index] === text)) return start;
  return undefined;
}

/** The place of the added line that is nearest to a line of the rendered file; undefined when there is none. */
export function nearestPlace(places: ReadonlyMap<number, AddedLine>, line: number): PathParts | undefined {
  const distance = ([number]: readonly [number, AddedLine]): number => Math.abs(number - line);
  return [...places].toSorted((one, other) => distance(one) - distance(other))[0]?.[1].at;
}
