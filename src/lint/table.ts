import { desiredServices } from '../keepalived/ipvs/services.ts';
import type { Service } from '../keepalived/ipvs/table.ts';
import type { CheckConf } from '../keepalived/model/check.ts';
import { tables } from '../desired/director.ts';
import { type Cluster, virtualAddressesOf } from '../inventory/cluster.ts';
import { type Finding, mistake } from '../inventory/finding.ts';
import type { PathParts } from '../inventory/place.ts';
import { type IpvsService, compareService } from '../resources/ipvs.ts';
import type { AddedBlock } from './added-lines.ts';
import type { RenderedConf } from './rendered-conf.ts';

/**
 * What changes the kernel's table behind the inventory's back: verify compares the table with the
 * inventory, and would fail from then on.
 */
export function tableDiffers(
  cluster: Cluster,
  confs: readonly RenderedConf[],
  blocks: readonly AddedBlock[],
): readonly Finding[] {
  if (blocks.length === 0) return [];
  const found = new Map<string, Finding>();
  for (const { director, conf } of confs) {
    if (conf === undefined) continue;
    for (const { at, what } of differencesOf(cluster, tableOf(conf.check), blocks)) {
      const text = `verify would always fail on ${director.name}: ${what}`;
      if (!found.has(what)) found.set(what, mistake(at, text, 'Use the keys of the inventory for it.'));
    }
  }
  return [...found.values()];
}

function differencesOf(
  cluster: Cluster,
  have: ReadonlyMap<string, IpvsService>,
  blocks: readonly AddedBlock[],
): readonly { readonly at: PathParts; readonly what: string }[] {
  const wants = tables(cluster);
  const vips = new Set(virtualAddressesOf(cluster).map(({ address }) => address));
  const known = new Set(wants.map(({ service }) => service));
  const strangers = [...have.keys()].filter((service) => vips.has(service.split(':')[0] ?? '') && !known.has(service));
  return [
    ...wants.flatMap((want, index) =>
      (compareService(want, have.get(want.service))?.fields ?? []).map(({ name, before, after }) => ({
        at: blockOf(blocks, ['virtual_servers', index], name, cluster),
        what: `${want.service} has ${name} ${before ?? 'missing'} in its table${after === undefined ? ', and the inventory has none' : `, and the inventory has ${after}`}.`,
      })),
    ),
    ...strangers.map((service) => ({
      at: blockOf(blocks, [], '', cluster),
      what: `${service} is on a virtual address, and not among virtual_servers.`,
    })),
  ];
}

/** The block that most likely made the difference. */
function blockOf(blocks: readonly AddedBlock[], likely: PathParts, name: string, cluster: Cluster): PathParts {
  const on = (place: PathParts): PathParts | undefined => blocks.find(({ to }) => to.join() === place.join())?.at;
  const real = cluster.realServers.findIndex(({ address }) => name.startsWith(`${address}:`));
  return on(likely) ?? on(['real_servers', real]) ?? on([]) ?? blocks[0]?.at ?? [];
}

/** What the kernel's table holds while all real servers are well, as `ipvs.parse` has it. */
function tableOf({ virtual_server, virtual_server_group }: CheckConf): ReadonlyMap<string, IpvsService> {
  const services = virtual_server.flatMap((server) =>
    desiredServices(
      server,
      virtual_server_group,
      server.real_server.map((real) => ({ server: real, weight: real.weight, present: true })),
    ),
  );
  return new Map(
    services.flatMap((service) => {
      const { id } = service;
      if (id.kind !== 'address' || id.protocol !== 'TCP') return [];
      return [[`${id.address}:${id.port}`, plain(service)] as const];
    }),
  );
}

/** As /proc/net/ip_vs names them. */
const FORWARD = { NAT: 'Masq', TUN: 'Tunnel' } as const;

function plain({ scheduler, timeout, destinations }: Service): IpvsService {
  return {
    scheduler,
    persistence: timeout === 0 ? undefined : timeout,
    destinations: destinations.map(({ address, port, weight, forwarding }) => ({
      address: `${address}:${port}`,
      weight,
      ...((forwarding === 'NAT' || forwarding === 'TUN') && { forward: FORWARD[forwarding] }),
    })),
  };
}
