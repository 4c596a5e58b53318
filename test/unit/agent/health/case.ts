import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  CheckConf,
  Checker,
  RealServer,
  ServiceAddress,
  VirtualServer,
  VirtualServerGroup,
} from '../../../../src/keepalived/model/check.ts';
import type { HealthEvent } from '../../../../src/agent/core/health/event.ts';
import type { StopFlush } from '../../../../src/keepalived/model/conf.ts';
import type { Table } from '../../../../src/keepalived/ipvs/table.ts';
import { checker, realServer, virtualServer } from './make-conf.ts';
import type { World } from './world.ts';

/** Differences from `make-conf.ts`. Scripts are strings, group members such as 192.0.2.20-192.0.2.21:80 or fwmark 7. */
export interface Case {
  readonly why: string;
  /** Whether effects include timers and probes. */
  readonly schedule?: boolean;
  readonly conf: ConfText;
  /** The kernel table before the start: service, then real servers. */
  readonly kernel?: readonly (readonly [string, ...(readonly string[])])[];
}

interface ConfText {
  readonly virtual_server_group?: Readonly<Record<string, readonly string[]>>;
  readonly virtual_server: readonly VirtualText[];
}

type VirtualText = Readonly<Record<string, unknown>> & { readonly real_server?: readonly RealText[] };
type RealText = Readonly<Record<string, unknown>> & { readonly checkers?: readonly Partial<Checker>[] };

export type EventLine = { readonly step: number; readonly at: number } & (
  | { readonly event: 'start'; readonly seed?: number; readonly flush?: boolean }
  | { readonly event: 'pass' }
  /** Sets future results; probes in progress are answered now. */
  | { readonly event: 'answers'; readonly of: string; readonly fails?: string; readonly weight?: number }
  | { readonly event: 'silence'; readonly of: string }
  | { readonly event: 'reload'; readonly conf: ConfText }
  | { readonly event: 'stop'; readonly flush?: StopFlush }
  /** Another program deletes a destination. */
  | { readonly event: 'external'; readonly deletes: string }
  | { readonly event: 'file'; readonly file: string; readonly value?: number }
  | { readonly event: 'address'; readonly address: string; readonly present: boolean }
);

export function readEvents(folder: string): readonly EventLine[] {
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as EventLine);
}

export function readCase(folder: string): Case {
  return JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
}

/** The core event of a line; undefined if it only affects the simulated world. */
export function eventOf(line: EventLine, text: Case, world: World): HealthEvent | undefined {
  const { at } = line;
  const { kernel } = world;
  switch (line.event) {
    case 'start':
      return { kind: 'start', at, conf: confOf(text.conf), kernel, seed: line.seed ?? 1, flush: line.flush === true };
    case 'reload':
      return { kind: 'reload', at, conf: confOf(line.conf), kernel };
    case 'stop':
      return { kind: 'stop', at, flush: line.flush ?? 'no', kernel };
    case 'file':
      return { kind: 'file', at, file: line.file, value: line.value };
    case 'address':
      return { kind: 'address', at, address: line.address, present: line.present };
    case 'answers':
      world.answers.set(
        line.of,
        line.fails === undefined ? { passed: true, weight: line.weight } : { passed: false, reason: line.fails },
      );
      return undefined;
    case 'silence':
      world.answers.set(line.of, 'silence');
      return undefined;
    case 'external':
      world.kernel = world.kernel.map((service) => ({
        ...service,
        destinations: service.destinations.filter(({ address }) => address !== line.deletes),
      }));
      return undefined;
    case 'pass':
      return undefined;
    default:
      throw new Error(`unknown event ${JSON.stringify(line satisfies never)}`);
  }
}

export function confOf({ virtual_server_group = {}, virtual_server }: ConfText): CheckConf {
  return {
    virtual_server_group: Object.entries(virtual_server_group).map(([name, members]): VirtualServerGroup => ({
      name,
      members: members.map(memberOf),
    })),
    virtual_server: virtual_server.map(virtualOf),
  };
}

function virtualOf({ real_server = [{}], ...fields }: VirtualText): VirtualServer {
  return virtualServer({ ...withScripts(fields), real_server: real_server.map(realOf) });
}

function realOf({ checkers = [{}], ...fields }: RealText): RealServer {
  const real = realServer(withScripts(fields));
  return { ...real, checkers: checkers.map((one) => checker(one, real)) };
}

function withScripts(fields: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(fields).map(([key, value]) => {
    const isScript = /^(?:quorum|notify)_/.test(key);
    return [key, isScript ? { argv: String(value).split(' '), user: 'default' } : value];
  });
  return Object.fromEntries(entries) as object;
}

function memberOf(text: string): ServiceAddress {
  const {
    mark,
    address = '',
    last,
    port,
  } = /^(?:fwmark (?<mark>\d+)|(?<address>[^-]+?)(?:-(?<last>[^-]+))?:(?<port>\d+))$/.exec(text)?.groups ?? {};
  if (mark !== undefined) return { kind: 'fwmark', fwmark: Number(mark), family: 'ipv4' };
  return { kind: 'address', address, last, port: Number(port) };
}

/** The table before the start, from `192.0.2.10:80` and real servers such as `192.0.2.1:80 weight`. */
export function kernelOf({ kernel = [] }: Case): Table {
  return kernel.map(([service, ...servers]) => {
    const [address = '', port] = service.split(':');
    return {
      id: { kind: 'address', protocol: 'TCP', address, port: Number(port) },
      scheduler: 'rr',
      flags: 0,
      timeout: 0,
      netmask: 0xffffffff,
      persistenceEngine: undefined,
      destinations: servers.map((text) => {
        const [place = '', weight] = text.split(' ');
        const [real = '', realPort] = place.split(':');
        return {
          address: real,
          port: Number(realPort),
          forwarding: 'DR',
          weight: Number(weight),
          upperThreshold: 0,
          lowerThreshold: 0,
          tunnel: undefined,
        };
      }),
    };
  });
}
