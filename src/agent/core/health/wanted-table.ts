import type { VirtualServer } from '../conf/model-check.ts';
import { parseAddress, familyOf } from '../bytes/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { SERVICE_FLAGS } from '../ipvs/flags.ts';
import type { Service, ServiceId, Table } from '../ipvs/table.ts';
import type { HealthState, VirtualState } from './state.ts';
import { placesOf, wantedDestination } from './wanted.ts';

/** The whole table that is wanted of the virtual servers, from nothing but their state. */
export function wantedTable(state: HealthState): Table {
  return [...state.virtuals.values()].flatMap((virtual) => {
    const destinations = placesOf(virtual).flatMap((key) => wantedDestination(virtual, key) ?? []);
    return virtual.services.map((id) => ({ ...serviceOf(virtual.conf, id), destinations }));
  });
}

/** What was told of one virtual server so far. */
export function installedServices(virtual: VirtualState): Table {
  const destinations = [...virtual.installed.values()];
  return virtual.services.map((id) => ({ ...serviceOf(virtual.conf, id), destinations }));
}

function serviceOf(conf: VirtualServer, id: ServiceId): Omit<Service, 'destinations'> {
  const family = id.kind === 'fwmark' ? id.family : familyOf(id.address);
  const mask = conf.persistence_granularity;
  const seconds = Math.round(conf.persistence_timeout / 1000);
  let flags = 0;
  if (seconds > 0) flags |= SERVICE_FLAGS.PERSISTENT;
  if (conf.ops) flags |= SERVICE_FLAGS.ONEPACKET;
  if (conf.lb_flags.includes('flag-1')) flags |= SERVICE_FLAGS.SCHED1;
  if (conf.lb_flags.includes('flag-2')) flags |= SERVICE_FLAGS.SCHED2;
  if (conf.lb_flags.includes('flag-3')) flags |= SERVICE_FLAGS.SCHED3;
  return {
    id,
    scheduler: conf.lb_algo,
    flags,
    timeout: seconds,
    netmask: family === 'ipv6' ? (typeof mask === 'number' ? mask : 128) : netmaskOf(mask),
    persistenceEngine: conf.persistence_engine,
  };
}

function netmaskOf(mask: string | number | undefined): number {
  const bytes = typeof mask === 'string' ? parseAddress(mask) : undefined;
  return bytes?.length === 4 ? new ByteReader(bytes).u32() : 0xffffffff;
}
