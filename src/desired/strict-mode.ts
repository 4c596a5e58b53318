import { Failure } from '../failure.ts';
import type { Cluster, Director } from '../inventory/cluster.ts';
import type { Entry } from '../keepalived/write.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { KEEPALIVED_CONF } from '../render/names.ts';
import { readRendered } from '../render/rendered-conf.ts';

const STRICT = /^[ \t]*(?:vrrp_strict|strict_mode)\b/m;

/**
 * In strict mode a master without `accept` drops every packet for its addresses, services included
 * (acassen/keepalived#1373, #2046). A director that is in strict mode already stays as it is.
 */
export function withStrictMode(cluster: Cluster, director: Director, { have }: HostState): Failure | undefined {
  const members = cluster.instances.flatMap((one) => one.members.filter((member) => member.director === director.name));
  if (![...cluster.global_defs.conf, ...members.flatMap(({ conf }) => conf)].some(isStrict)) return undefined;
  const instances = readRendered(cluster, director).conf?.vrrp.vrrp_instance ?? [];
  const dropping = instances.filter(({ strict_mode, accept }) => strict_mode && !accept).map(({ name }) => name);
  const before = have.file.get(KEEPALIVED_CONF);
  if (dropping.length === 0 || (before?.is === 'file' && STRICT.test(before.text))) return undefined;
  return new Failure(
    'unsupported',
    `${director.name}: strict mode would make the virtual addresses of ${dropping.join(', ')} unreachable`,
    { host: director.name, hint: 'Remove `vrrp_strict` or `strict_mode`, or add `accept: true` with `version: 3`.' },
  );
}

function isStrict(entry: Entry): boolean {
  if ('raw' in entry) return entry.raw.some((line) => STRICT.test(line));
  return 'keyword' in entry && STRICT.test(entry.keyword);
}
