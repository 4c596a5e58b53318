import { tableOf } from '../desired/kernel-table.ts';
import { type Cluster, type VirtualServer } from '../inventory/cluster.ts';
import { type Finding, mistake } from '../inventory/finding.ts';
import type { PathParts } from '../inventory/place.ts';
import { nameOfPlace, nameOfService } from '../keepalived/ipvs/name.ts';
import type { Service } from '../keepalived/ipvs/table.ts';
import type { RenderedConf } from '../render/rendered-conf.ts';
import type { AddedBlock } from './added-lines.ts';

/** Lines that contradict the keys of the inventory, from which verify and failover-test derive the expected state. */
export function tableDiffers(
  cluster: Cluster,
  indexes: readonly number[],
  confs: readonly RenderedConf[],
  blocks: readonly AddedBlock[],
): readonly Finding[] {
  if (blocks.length === 0) return [];
  const found = new Map<string, Finding>();
  for (const conf of confs) {
    const { director } = conf;
    const services = new Map(tableOf(conf).map(({ service }) => [nameOfService(service.id), service] as const));
    for (const [index, server] of cluster.virtualServers.entries()) {
      const service = services.get(server.name);
      if (service === undefined || server.directors?.includes(director.name) === false) continue;
      for (const { name, conf, key } of differencesOf(server, service)) {
        const what = `${server.name} has ${name} ${conf ?? 'missing'} in the keepalived.conf of ${director.name}, and ${key ?? 'none'} in the inventory.`;
        const at = blockOf(blocks, ['virtual_servers', indexes[index] ?? 0], name, cluster);
        if (!found.has(`${index} ${name}`))
          found.set(`${index} ${name}`, mistake(at, what, 'Set it with the keys of the inventory.'));
      }
    }
  }
  return [...found.values()];
}

interface Difference {
  readonly name: string;
  readonly conf: string | undefined;
  readonly key: string | undefined;
}

function differencesOf(server: VirtualServer, service: Service): readonly Difference[] {
  const conf = new Map([
    ['scheduler', service.scheduler],
    ...(service.timeout === 0 ? [] : [['persistence', `${service.timeout} s`] as const]),
    ...service.destinations.map((one) => [nameOfPlace(one), `weight ${one.weight}`] as const),
  ]);
  const keys = new Map([
    ['scheduler', server.lb_algo as string],
    ...(server.persistence_timeout === undefined ? [] : [['persistence', `${server.persistence_timeout} s`] as const]),
    ...server.pool.map((one) => [nameOfPlace(one), `weight ${one.weight}`] as const),
  ]);
  return [...new Set([...conf.keys(), ...keys.keys()])].flatMap((name) =>
    conf.get(name) === keys.get(name) ? [] : [{ name, conf: conf.get(name), key: keys.get(name) }],
  );
}

/** The block that most likely caused the difference. */
function blockOf(blocks: readonly AddedBlock[], likely: PathParts, name: string, cluster: Cluster): PathParts {
  const on = (place: PathParts): PathParts | undefined => blocks.find(({ to }) => to.join() === place.join())?.at;
  const real = cluster.realServers.findIndex(({ address }) =>
    name.startsWith(nameOfPlace({ address, port: 0 }).slice(0, -1)),
  );
  return on(likely) ?? on(['real_servers', real]) ?? on([]) ?? blocks[0]?.at ?? [];
}
