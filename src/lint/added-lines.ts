import { type InventoryKeywords, KEYWORDS, directivesOf } from '../inventory/keywords.ts';
import type { PathParts } from '../inventory/place.ts';
import type { Input } from '../inventory/schema.ts';
import { type Directive, type WrittenLine, writeEntries } from '../keepalived/write.ts';

/** A line that an inventory adds to keepalived.conf, and its origin. */
export interface AddedLine {
  readonly text: string;
  readonly at: PathParts;
  /** Line of the raw block, from 1; undefined for a key, whose path is enough. */
  readonly line: number | undefined;
}

/** Consecutive lines of keepalived.conf: one keyword with its block, or a raw block. */
export interface AddedBlock {
  /** The key, or that of the raw block. */
  readonly at: PathParts;
  /** The object that the lines are added to, such as virtual_servers[0]; empty for the file itself. */
  readonly to: PathParts;
  /** undefined for a raw block */
  readonly keyword: string | undefined;
  readonly lines: readonly AddedLine[];
}

/** All blocks that an inventory adds, each once. */
export function addedBlocksOf(input: Input): readonly AddedBlock[] {
  return [
    ...blocksAt(['global_defs'], input.global_defs, KEYWORDS.global_defs, input.global_defs?.raw),
    ...blocksAt([], input, KEYWORDS.top, input.raw),
    ...blocksAt(['vrrp_instance'], input.vrrp_instance, KEYWORDS.vrrp_instance, input.vrrp_instance?.raw),
    ...Object.entries(input.vrrp_instances ?? {}).flatMap(([name, instance]) =>
      blocksAt(['vrrp_instances', name], instance, KEYWORDS.vrrp_instance, instance.raw),
    ),
    ...(input.directors ?? []).flatMap(({ vrrp_instance, vrrp_instances = {} }, index) => [
      ...blocksAt(['directors', index, 'vrrp_instance'], vrrp_instance, KEYWORDS.vrrp_instance),
      ...Object.entries(vrrp_instances).flatMap(([name, instance]) =>
        blocksAt(['directors', index, 'vrrp_instances', name], instance, KEYWORDS.vrrp_instance, instance.raw),
      ),
    ]),
    ...(input.virtual_servers ?? []).flatMap((server, index) => {
      const at = ['virtual_servers', index];
      const { pool } = server;
      return [
        ...blocksAt([...at, 'tcp_check'], server.tcp_check, KEYWORDS.tcp_check),
        ...blocksAt(at, server, KEYWORDS.virtual_servers, server.raw),
        ...(pool !== undefined && 'members' in pool ? serversAt([...at, 'pool'], pool.members) : []),
      ];
    }),
    ...Object.entries(input.pools ?? {}).flatMap(([name, pool]) => [
      ...serverAt(['pools', name], pool),
      ...serversAt(['pools', name, 'members'], pool.members ?? []),
    ]),
    ...serversAt(['real_servers'], input.real_servers ?? []),
  ];
}

interface GivenServer {
  readonly tcp_check?: object | undefined;
  readonly raw?: string | undefined;
}

function serversAt(at: PathParts, servers: readonly GivenServer[]): readonly AddedBlock[] {
  return servers.flatMap((server, index) => serverAt([...at, index], server));
}

function serverAt(at: PathParts, server: GivenServer): readonly AddedBlock[] {
  return [
    ...blocksAt([...at, 'tcp_check'], server.tcp_check, KEYWORDS.tcp_check),
    ...blocksAt(at, server, KEYWORDS.real_servers, server.raw),
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
  const lines = writeEntries([directive]).map(({ text, entry }) => ({
    text: text.trim(),
    at: [...to, ...('at' in entry ? (entry.at ?? []) : [])],
    line: undefined,
  }));
  return { at: [...to, directive.at?.[0] ?? directive.keyword], to, keyword: directive.keyword, lines };
}

function rawBlock(to: PathParts, raw: string): AddedBlock {
  const at = [...to, 'raw'];
  const lines = raw
    .replace(/(?<!\n)\n+$/, '')
    .split('\n')
    .map((text, index) => ({ text: text.trim(), at, line: index + 1 }));
  return { at, to, keyword: undefined, lines };
}

/** Whether a block was written as text, which may contain conditions and includes. */
export function isRaw({ keyword }: AddedBlock): boolean {
  return keyword === undefined;
}

/** The origin of each line that an inventory adds to a rendered file, by line number. */
export function placesOf(rendered: readonly WrittenLine[]): ReadonlyMap<number, AddedLine> {
  return new Map(
    rendered.flatMap(({ text, entry, line }, index) => {
      const at = 'at' in entry ? entry.at : undefined;
      return at === undefined ? [] : [[index + 1, { text: text.trim(), at, line }] as const];
    }),
  );
}

/** The origin of the added line nearest to a line of the rendered file; undefined if there is none. */
export function nearestPlace(places: ReadonlyMap<number, AddedLine>, line: number): PathParts | undefined {
  const distance = ([number]: readonly [number, AddedLine]): number => Math.abs(number - line);
  return [...places].toSorted((one, other) => distance(one) - distance(other))[0]?.[1].at;
}
