import type { PlacedDirective } from '../keepalived/read-directives.ts';
import { textOf } from '../keepalived/write.ts';
import type { Change } from './change.ts';
import { directivesIn } from './conf-directives.ts';

/**
 * Whether all directors must be updated at the same time: they take each other's advertisements only while they agree,
 * and keepalived before 2.3.3 also drops those whose address list differs from its own (acassen/keepalived#1603).
 * Updated one by one, the first director would become a second master. An instance that comes or goes disturbs no other.
 */
export function requiresSimultaneousUpdate(changes: readonly Change[]): boolean {
  return changes.some((change) =>
    change.fields.some(
      ({ text, before, after }) =>
        text === true && before !== undefined && after !== undefined && disagree(before, after),
    ),
  );
}

function disagree(before: string, after: string): boolean {
  const former = agreements(before);
  return [...agreements(after)].some(([name, agreed]) => former.has(name) && former.get(name) !== agreed);
}

/** What the directors of each instance have to agree on. `unicast_peer` differs between them, but for its being there. */
const AGREED: ReadonlySet<string> = new Set([
  'virtual_router_id',
  'version',
  'advert_int',
  'authentication',
  'virtual_ipaddress',
  'mcast_dst_ip',
]);

function agreements(text: string): ReadonlyMap<string, string> {
  const version = /^[ \t]*vrrp_version[ \t]+(\d)/m.exec(text)?.[1] ?? '';
  return new Map(
    instancesIn(text).map(({ words, block = [] }) => {
      const agreed = block.filter(({ keyword }) => AGREED.has(keyword)).map((one) => textOf([one]));
      const unicast = block.some(({ keyword }) => keyword === 'unicast_peer');
      return [words[0] ?? '', [version, String(unicast), ...agreed.toSorted()].join('\n')];
    }),
  );
}

/** Only these blocks are read: a file can have a million lines of virtual servers. */
function instancesIn(text: string): readonly PlacedDirective[] {
  const blocks = [...text.matchAll(/^[ \t]*vrrp_instance[ \t]/gm)].map(({ index }) =>
    text.slice(index, endOf(text, index)),
  );
  return directivesIn(blocks.join('\n'));
}

/** Behind the brace that closes the block which begins at a place. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (const { 0: found, index } of text.slice(start).matchAll(/[!#].*|[{}]/g)) {
    if (found === '{') depth += 1;
    if (found === '}' && (depth -= 1) <= 0) return start + index + 1;
  }
  return text.length;
}
