import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatTable } from '../ipvs/format-table.ts';
import type { IpvsChange, ServiceId } from '../../../../src/keepalived/ipvs/table.ts';
import { type GenericFamily, decodeGeneric } from '../../../../src/agent/core/netlink/generic.ts';
import {
  type SyncDaemon,
  changeRequest,
  decodeDestinations,
  decodeServices,
  deleteDaemon,
  dumpDestinations,
  dumpServices,
  newDaemon,
  setTimeouts,
  within,
} from '../../../../src/agent/core/netlink/ipvs-message.ts';
import {
  decodeDestination,
  decodeService,
  destinationAttribute,
} from '../../../../src/agent/core/netlink/ipvs-service.ts';
import { IPVS_CMD, IPVS_CMD_ATTR } from '../../../../src/agent/core/netlink/ipvs-number.ts';
import {
  type Message,
  type Request,
  decodeMessages,
  encodeRequest,
} from '../../../../src/agent/core/netlink/message.ts';
import { anyEntry, anyId, wideDestination } from '../ipvs/arbitrary.ts';
import { fromWords, words } from './words.ts';

const family: GenericFamily = { id: 30, name: 'IPVS', version: 1 };
const web: ServiceId = { kind: 'address', protocol: 'TCP', address: '10.8.0.100', port: 80 };

/** The messages of ipvsadm 1.31 (libnl 3.7): a line with the command, a line with the message. */
const recorded = readFileSync(new URL('../../../fixtures/agent/netlink/ipvsadm.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n# ')
  .map((entry) => {
    const [command = '', hex = ''] = entry.replace(/^# /, '').split('\n');
    return { command, bytes: fromWords(hex) };
  });
const matching = (pattern: RegExp) => recorded.filter(({ command }) => pattern.test(command));
const sent = (command: string): Uint8Array => {
  const found = recorded.find((entry) => entry.command === `ipvsadm ${command}`);
  if (found === undefined) throw new Error(`not recorded: ${command}`);
  return found.bytes;
};
const only = (bytes: Uint8Array): Message => {
  const [message] = decodeMessages(bytes).messages;
  if (message === undefined) throw new Error('no message');
  return message;
};
const asMessage = (request: Request): Message => ({ ...request, sequence: 0, port: 0 });

describe('services, compared with ipvsadm', () => {
  it.each(matching(/ -[AE] /))('$command', ({ command, bytes }) => {
    const message = only(bytes);
    const kind = command.includes(' -A ') ? 'new-service' : 'set-service';
    const number = kind === 'new-service' ? IPVS_CMD.NEW_SERVICE : IPVS_CMD.SET_SERVICE;
    const attributes = within(message, number, IPVS_CMD_ATTR.SERVICE);
    const service = attributes === undefined ? undefined : decodeService(attributes);
    if (service === undefined) throw new Error('cannot decode');
    const text = formatTable([{ ...service, destinations: [] }]).trim();
    expect(text.replace('-A', kind === 'new-service' ? '-A' : '-E')).toBe(command.replace('ipvsadm ', ''));
    expect(words(encodeRequest(changeRequest(family, { kind, service }), 0))).toBe(words(bytes));
  });

  it('are deleted by their identity alone', () => {
    expect(changeRequest(family, { kind: 'del-service', id: web }).payload).toEqual(
      fromWords(`
        03010000
        30000180
          06000100 02000000
          06000200 06000000
          14000300 0a080064 00000000 00000000 00000000
          06000400 00500000`),
    );
    const marked = { kind: 'fwmark', family: 'ipv6', fwmark: 0x80000001 } as const;
    expect(words(changeRequest(family, { kind: 'del-service', id: marked }).payload)).toBe(
      '03010000 14000180 06000100 0a000000 08000500 01000080',
    );
  });

  it('are read and sent without the HASHED flag', () => {
    const hashed = { id: web, scheduler: 'rr', flags: 3, timeout: 9, netmask: 1, persistenceEngine: undefined };
    const request = changeRequest(family, { kind: 'new-service', service: hashed });
    expect(decodeServices([asMessage(request)]).services).toEqual([{ ...hashed, flags: 1 }]);
    const attributes = decodeGeneric({ ...asMessage(request), payload: flagsOf(request.payload, 3) })?.attributes;
    const nested = attributes?.nested(IPVS_CMD_ATTR.SERVICE);
    expect(nested === undefined ? undefined : decodeService(nested)).toMatchObject({ flags: 1 });
  });

  it('are only counted if incomplete', () => {
    const named = changeRequest(family, { kind: 'del-service', id: web }).payload.with(0, IPVS_CMD.NEW_SERVICE);
    const message = { ...asMessage(dumpServices(family)), payload: named };
    expect(decodeServices([message])).toEqual({ services: [], unknown: 1 });
  });

  it('are decoded as they were encoded', () => {
    fc.assert(
      fc.property(anyEntry(anyId), (service) => {
        const message = asMessage(changeRequest(family, { kind: 'new-service', service }));
        expect(decodeServices([message])).toEqual({ services: [service], unknown: 0 });
      }),
    );
  });
});

describe('destinations, compared with ipvsadm', () => {
  it.each(matching(/ -[ae] /))('$command', ({ command, bytes }) => {
    const message = only(bytes);
    const number = command.includes(' -a ') ? IPVS_CMD.NEW_DEST : IPVS_CMD.SET_DEST;
    const attributes = within(message, number, IPVS_CMD_ATTR.DEST);
    const destination = attributes === undefined ? undefined : decodeDestination(attributes, 'ipv4');
    if (destination === undefined) throw new Error('cannot decode');
    const entry = { id: web, scheduler: 'rr', flags: 0, timeout: 0, netmask: 0, persistenceEngine: undefined };
    const [, text = ''] = formatTable([{ ...entry, destinations: [destination] }]).split('\n');
    const wanted = command.replace(/ipvsadm -[ae]/, '-a').replace(/-i -w 0$/, '-i -w 0 --tun-type ipip');
    expect(sortedWords(text)).toEqual(sortedWords(wanted));
    // Without a tunnel, ipvsadm sends zeros.
    const withoutTunnel = words(bytes).replace(' 05000d00 00000000 06000e00 00000000 06000f00 00000000', '');
    const own = words(destinationAttribute(destination));
    expect(withoutTunnel.slice(-own.length + 9)).toBe(own.slice(9));
  });

  it('are encoded as by keepalived 2.2.7', () => {
    const destination = {
      address: '10.8.0.3',
      port: 80,
      forwarding: 'DR',
      weight: 2,
      upperThreshold: 0,
      lowerThreshold: 0,
      tunnel: undefined,
    } as const;
    expect(destinationAttribute(destination)).toEqual(
      fromWords(`
        48000280
          06000b00 02000000
          14000100 0a080003 00000000 00000000 00000000
          06000200 00500000
          08000300 03000000
          08000400 02000000
          08000500 00000000
          08000600 00000000`),
    );
    const request = changeRequest(family, { kind: 'new-destination', id: web, destination });
    expect(words(request.payload)).toMatch(/^05010000 30000180 .* 00500000 48000280 06000b00/);
  });

  it('are deleted by service and destination', () => {
    const change: IpvsChange = { kind: 'del-destination', id: web, address: 'fd00::3', port: 8080 };
    expect(changeRequest(family, change).payload).toEqual(
      fromWords(`
        07010000
        30000180
          06000100 02000000
          06000200 06000000
          14000300 0a080064 00000000 00000000 00000000
          06000400 00500000
        28000280
          06000b00 0a000000
          14000100 fd000000 00000000 00000000 00000003
          06000200 1f900000`),
    );
  });

  it('inherit the family of the service on old kernels', () => {
    const message: Message = {
      ...asMessage(dumpServices(family)),
      payload: fromWords(`
        05010000
        38000280
          14000100 0a080003 00000000 00000000 00000000
          06000200 00500000
          08000300 01000000
          08000400 ffffffff
          08000500 00000000`),
    };
    expect(decodeDestinations([message], web).destinations).toMatchObject([
      { address: '10.8.0.3', forwarding: 'local', weight: -1, lowerThreshold: 0 },
    ]);
  });

  it('are decoded as they were encoded', () => {
    fc.assert(
      fc.property(anyId, wideDestination, (id, destination) => {
        const message = asMessage(changeRequest(family, { kind: 'new-destination', id, destination }));
        expect(decodeDestinations([message], id)).toEqual({ destinations: [destination], unknown: 0 });
      }),
    );
  });
});

describe('other commands, compared with ipvsadm', () => {
  const daemon: SyncDaemon = {
    state: 'backup',
    interface: 'eth0',
    id: 7,
    maxlen: undefined,
    group: undefined,
    port: undefined,
    ttl: undefined,
  };
  it.each<[string, Request]>([
    ['--set 900 0 300', setTimeouts(family, { tcp: 900_000, tcpfin: 0, udp: 300_000 })],
    ['--start-daemon master --mcast-interface eth0 --syncid 7', newDaemon(family, { ...daemon, state: 'master' })],
    [
      '--start-daemon backup --mcast-interface eth0 --syncid 7 --mcast-group 224.0.0.99',
      newDaemon(family, { ...daemon, group: '224.0.0.99' }),
    ],
    [
      '--start-daemon backup --mcast-interface eth0 --syncid 7 --sync-maxlen 1400 --mcast-group ff02::81 --mcast-port 9000 --mcast-ttl 3',
      newDaemon(family, { ...daemon, maxlen: 1400, group: 'ff02::81', port: 9000, ttl: 3 }),
    ],
  ])('ipvsadm %s', (command, request) => {
    expect(words(encodeRequest(request, 0))).toBe(words(sent(command)));
  });

  it('stop a daemon by its state', () => {
    expect(words(deleteDaemon(family, 'backup').payload)).toBe('0a010000 0c000380 08000100 02000000');
  });

  it('round a timeout below one second up', () => {
    expect(words(setTimeouts(family, { tcp: 1, tcpfin: 1400, udp: 1600 }).payload)).toBe(
      '0c010000 08000400 01000000 08000500 01000000 08000600 02000000',
    );
  });

  it('dump all services, or the destinations of one service', () => {
    expect(dumpServices(family)).toMatchObject({ type: 30, flags: 0x301 });
    expect(words(dumpDestinations(family, web).payload)).toMatch(/^08010000 30000180 06000100/);
  });
});

/** The payload with the service flags replaced. */
function flagsOf(payload: Uint8Array, flags: number): Uint8Array {
  const at = words(payload).split(' ').indexOf('0c000700') * 4 + 4;
  return payload.with(at, flags);
}

/** For a comparison regardless of option order. */
function sortedWords(command: string): readonly string[] {
  return command.split(' ').sort();
}
