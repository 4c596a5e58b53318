import { type InventoryKeywords, KEYWORDS } from '../inventory/keywords.ts';
import { type Data, fromData } from '../keepalived/from-data.ts';
import { textOf } from '../keepalived/write.ts';
import { type DataMap, type Note, defined, isMap, same, shared, without } from './draft.ts';
import type { AdoptedDirector } from './hosts.ts';
import { inBlocks, keysIn } from './keys.ts';

type Take = (note: Note) => void;

/** The block global_defs of all, and the router_id of each director that has one of its own. */
export function globalsOf(
  directors: readonly AdoptedDirector[],
  take: Take,
): { readonly globals: DataMap; readonly routerIds: ReadonlyMap<string, string> } {
  const at = ['global_defs'];
  const all = directors.map(({ conf, name }) => {
    const keys = keysIn(inBlocks(conf.directives, 'global_defs'), 'global_defs', (text) =>
      take({ at, text: directors.length === 1 ? text : `${name}: ${text}` }),
    );
    const { smtp_server } = keys;
    // An address with a port is one text.
    const text = Array.isArray(smtp_server) ? smtp_server.join(' ') : smtp_server;
    return typeof text === 'string' ? { ...keys, smtp_server: text.replaceAll(/\s+/g, ' ') } : keys;
  });
  const { common, own } = shared(all);
  const routerIds = new Map<string, string>();
  const rest = own.map((map, index): Named => {
    const name = directors[index]?.name ?? '';
    const { router_id } = map;
    if (typeof router_id === 'string') routerIds.set(name, router_id);
    return { name, map: without(map, ['router_id']) };
  });
  return { globals: defined({ ...common, raw: conditional(rest, KEYWORDS.global_defs, at, take) }), routerIds };
}

/** Blocks that do no harm on a director that does not use them. */
const SHAREABLE = new Set(['vrrp_script', 'vrrp_track_process', 'vrrp_track_file', 'virtual_server_group']);

const ELSEWHERE = new Set(['global_defs', 'vrrp_instance', 'virtual_server', 'include_check']);

/** Keywords outside of all blocks; named blocks of all directors under their names. */
export function topOf(directors: readonly AdoptedDirector[], take: Take): DataMap {
  const all = directors.map(({ conf, name }): Named => {
    const own = conf.directives.filter(({ keyword }) => !ELSEWHERE.has(keyword));
    return { name, map: keysIn(own, 'top', (text) => take({ at: [], text: `${name}: ${text}` })) };
  });
  const top: Record<string, Data> = {};
  const rest = all.map(({ name }) => ({ name, map: {} as Record<string, Data> }));
  for (const key of new Set(all.flatMap(({ map }) => Object.keys(map)))) {
    const values = all.map(({ map }) => map[key]);
    const [first] = values;
    if (values.every((value) => same(value, first)) && first !== undefined) top[key] = first;
    else if (values.every((value) => value === undefined || isMap(value))) {
      const { common, own } = partedNames(
        values.map((value) => (isMap(value) ? value : undefined)),
        SHAREABLE.has(key),
      );
      if (Object.keys(common).length > 0) top[key] = common;
      own.forEach((map, index) => {
        const one = rest[index];
        if (one !== undefined && Object.keys(map).length > 0) one.map[key] = map;
      });
    } else
      values.forEach((value, index) => {
        const one = rest[index];
        if (one !== undefined && value !== undefined) one.map[key] = value;
      });
  }
  return defined({ ...top, raw: conditional(rest, KEYWORDS.top, [], take) });
}

/** @param shareable whether a block that some directors lack can stand for all */
function partedNames(
  maps: readonly (DataMap | undefined)[],
  shareable: boolean,
): { readonly common: DataMap; readonly own: readonly DataMap[] } {
  const names = [...new Set(maps.flatMap((map) => Object.keys(map ?? {})))];
  const agreed = names.filter((name) => {
    const values = maps.map((map) => map?.[name]);
    const present = values.filter((value) => value !== undefined);
    return present.every((value) => same(value, present[0])) && (shareable || present.length === maps.length);
  });
  const common = Object.fromEntries(
    agreed.map((name) => [name, maps.find((map) => map?.[name] !== undefined)?.[name] ?? null] as const),
  );
  return { common, own: maps.map((map) => without(map ?? {}, agreed)) };
}

interface Named {
  readonly name: string;
  readonly map: DataMap;
}

/** What only some directors have, as lines of keepalived.conf under the condition `@NAME`. */
function conditional(
  all: readonly Named[],
  table: InventoryKeywords,
  at: readonly string[],
  take: Take,
): string | undefined {
  const text = all
    .map(({ name, map }) => {
      const directives = Object.entries(map).flatMap(([key, value]) => {
        const known = table[key];
        if (known === undefined) return [];
        const read = fromData(key, value, known.entry, 'raw').directives;
        return read.map((directive) => ({ ...directive, keyword: known.keyword }));
      });
      return textOf(directives).replaceAll(/^(?=.)/gm, `@${name} `);
    })
    .join('');
  if (text === '') return undefined;
  const note = 'Each line is for the director behind the @, which must be the name of its host up to the first dot.';
  take({ at: [...at, 'raw'], text: note });
  return text;
}
