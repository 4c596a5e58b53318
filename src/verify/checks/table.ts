import { kernelTable } from '../../desired/kernel-table.ts';
import { endpointsOf, virtualAddressesOf } from '../../inventory/cluster.ts';
import { UNITS } from '../../render/names.ts';
import { nameOfPlace, nameOfService } from '../../keepalived/ipvs/name.ts';
import { compareService } from '../../resources/ipvs.ts';
import { type Check, type Evidence, failed, passed } from '../check.ts';

/** The IPVS table matches keepalived.conf on every director, including backups, which may take over at any time. */
export const table: Check = (evidence) =>
  evidence.cluster.directors.flatMap((director) => {
    const { name } = director;
    const observation = evidence.observations.get(name);
    if (observation === undefined) return [];
    const have = observation.have.ipvs;
    const wants = kernelTable(evidence.cluster, director).map(({ service }) => ({
      name: nameOfService(service.id),
      service,
    }));
    const differences = wants.flatMap((want) =>
      (compareService(want.service, have.get(want.name))?.fields ?? []).map(
        (field) =>
          `${want.name} ${field.name}: ${field.before ?? 'missing'}${field.after === undefined ? ' is unexpected' : `, not ${field.after}`}`,
      ),
    );
    const vips = new Set(virtualAddressesOf(evidence.cluster).map(({ address }) => address));
    const strangers = [...have].filter(
      ([other, { id }]) => id.kind === 'address' && vips.has(id.address) && !wants.some((want) => want.name === other),
    );
    const all = [...differences, ...strangers.map(([other]) => `${other}: not in the inventory`)];
    const title = `the IPVS table on ${name} matches the inventory`;
    const expected = wants
      .map((want) => `${want.name} ${want.service.scheduler} → ${want.service.destinations.length} real servers`)
      .join(', ');
    if (all.length === 0) return [passed('table', title, expected, expected)];
    const fix =
      differences.length === 0
        ? 'Add them to the inventory, or remove them with `lvsctl deploy --flush-unmanaged`.'
        : advice(evidence, name, differences);
    return [failed('table', title, expected, all.join('; '), fix)];
  });

/** A missing entry has three possible causes, each with its own fix. */
function advice(evidence: Evidence, director: string, differences: readonly string[]): string {
  const { open } = evidence;
  const down = downMembers(evidence).filter(({ place }) =>
    differences.some((one) => one.includes(` ${place}: missing`) || one.includes(` ${place}: weight 0`)),
  );
  const names = [...new Set(down.map(({ name }) => name))].join(', ');
  if (down.length > 0) return `The health check removed ${names}: start its service.`;
  const units = new Set<string>(Object.values(UNITS));
  const engine = open.find(({ host, key }) => host === director && units.has(key));
  if (engine !== undefined)
    return `${engine.key.replace(/\.service$/, '')} has drifted on ${director}; run \`lvsctl deploy\`.`;
  return 'It was changed with ipvsadm, or a health check has just failed; run `lvsctl deploy`.';
}

/** Members where nothing listens on the port of their TCP service, as the table calls them. */
function downMembers({
  cluster,
  observations,
}: Evidence): readonly { readonly name: string; readonly place: string }[] {
  return cluster.virtualServers
    .filter(({ protocol }) => protocol === 'TCP')
    .flatMap((server) =>
      server.pool.flatMap(({ name, address, port }) => {
        const listeners = observations.get(name)?.facts.listeners;
        const ports = port === 0 ? endpointsOf(server).map((endpoint) => endpoint.port) : [port];
        const isDown =
          listeners !== undefined && ports.some((one) => one > 0 && !listeners.some((each) => each.port === one));
        return isDown ? [{ name, place: nameOfPlace({ address, port }) }] : [];
      }),
    );
}
