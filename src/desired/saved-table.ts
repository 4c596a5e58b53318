import { readSavedTable } from '../keepalived/ipvs/saved-table.ts';
import { SERVICE_FLAGS } from '../keepalived/ipvs/flags.ts';
import { nameOfService } from '../keepalived/ipvs/name.ts';
import type { Service, Table } from '../keepalived/ipvs/table.ts';
import { type IpvsHave, secondsOf } from '../resources/ipvs-table.ts';
import { savedRules } from '../resources/ipvs-rule.ts';
import type { IpvsWant } from '../resources/ipvs.ts';

/** The table of a director as text: what ipvsadm saved, or what the kernel prints of it, which lacks thresholds. */
export function tableText(saved: string | undefined, have: ReadonlyMap<string, IpvsHave>): string {
  return saved === undefined ? savedRules([...have.values()].map(serviceOf)) : savedRules(readSavedTable(saved).table);
}

function serviceOf({ id, scheduler, ops, persistence, destinations }: IpvsHave): Service {
  const six = id.kind === 'fwmark' ? id.family === 'ipv6' : id.address.includes(':');
  return {
    id,
    scheduler,
    flags: (ops === true ? SERVICE_FLAGS.ONEPACKET : 0) | (persistence === undefined ? 0 : SERVICE_FLAGS.PERSISTENT),
    timeout: persistence === undefined ? 0 : secondsOf(persistence.ticks),
    netmask: six ? 128 : (persistence?.netmask ?? 0xffff_ffff),
    persistenceEngine: undefined,
    destinations: [...destinations].map(([name, { weight, forward }]) => {
      const port = name.slice(name.lastIndexOf(':') + 1);
      const address = name.slice(0, -port.length - 1).replaceAll(/[[\]]/g, '');
      const forwarding = forward === 'Masq' ? 'NAT' : forward === 'Tunnel' ? 'TUN' : 'DR';
      return {
        address,
        port: Number(port),
        weight,
        forwarding,
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: undefined,
      };
    }),
  };
}

/** What brings a kernel's table back to a saved one: its services, and none besides. */
export function restoredTable(saved: Table, have: ReadonlyMap<string, IpvsHave>): readonly IpvsWant[] {
  const names = new Set(saved.map(({ id }) => nameOfService(id)));
  const wanted = saved.map((service) => ({ kind: 'ipvs', service, decidedBy: NOTHING }) as const);
  const others = [...have].filter(([name]) => !names.has(name)).map(([, one]) => serviceOf(one));
  return [
    ...wanted,
    ...others.map((service) => ({ kind: 'ipvs', service, decidedBy: NOTHING, absent: true }) as const),
  ];
}

/** A saved table says itself which destinations are in it. */
const NOTHING: ReadonlyMap<string, string> = new Map();
