import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VirtualAddress, VrrpConf, VrrpGlobals, VrrpInstance } from '../../../../src/keepalived/model/vrrp.ts';
import { familyOf } from '../../../../src/keepalived/text/address.ts';
import { encodeUtf8, fromHex } from '../../../../src/keepalived/text/utf8.ts';
import { concat } from '../../../../src/agent/core/bytes/write.ts';
import { authDataOf, authTypeOf, encodeAdvert, packAddresses } from '../../../../src/agent/core/vrrp/packet.ts';
import type { Inherited, Link, Received, VrrpEvent } from '../../../../src/agent/core/vrrp/event.ts';
import { NO_NOTIFY, conf, instance, link, virtual } from './sample.ts';

/** Differences from `sample.ts`. Addresses are strings such as 10.0.0.100/24@eth1. */
export interface Case {
  readonly rfc: readonly string[];
  readonly why: string;
  readonly conf: ConfText;
  readonly links?: readonly LinkText[];
}

interface ConfText extends Partial<Omit<VrrpConf, 'globals' | 'vrrp_instance' | 'static_ipaddress'>> {
  readonly globals?: Partial<VrrpGlobals>;
  readonly static_ipaddress?: readonly string[];
  readonly vrrp_instance?: readonly Readonly<Record<string, unknown>>[];
}

interface LinkText extends Partial<Omit<Link, 'addresses' | 'mac'>> {
  readonly addresses?: readonly string[];
  /** Hex. */
  readonly mac?: string;
}

/** A line of events.jsonl. An `advert` defaults to one of the first instance from 10.0.0.2. */
export type EventLine = { readonly step: number; readonly at: number } & (
  | { readonly event: 'start'; readonly inherited?: readonly Inherited[] }
  | { readonly event: 'stop' }
  | { readonly event: 'pass' }
  | { readonly event: 'reload'; readonly conf: ConfText }
  | { readonly event: 'timer'; readonly id: string }
  | ({ readonly event: 'advert' } & AdvertText)
  | { readonly event: 'link'; readonly link: LinkText }
  | { readonly event: 'link-gone'; readonly name: string }
  | { readonly event: 'script'; readonly name: string; readonly failed: boolean }
  | { readonly event: 'process'; readonly name: string; readonly count: number }
  | { readonly event: 'file'; readonly name: string; readonly value: number }
);

interface AdvertText {
  readonly on?: string;
  readonly from?: string;
  readonly to?: string;
  readonly hops?: number;
  readonly version?: 2 | 3;
  readonly vrid?: number;
  readonly priority: number;
  readonly interval?: number;
  readonly addresses?: readonly string[];
  readonly auth_type?: number;
  readonly auth_pass?: string;
  /** Omits the pseudo-header in version 3 over IPv4. */
  readonly bare?: boolean;
  /** Changes after encoding: replaces a byte, appends hex, or removes trailing bytes. */
  readonly byte?: readonly [offset: number, value: number];
  readonly append?: string;
  readonly cut?: number;
}

export function readEvents(folder: string): readonly EventLine[] {
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as EventLine);
}

export function readCase(folder: string): Case {
  return JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
}

export function confOf(text: ConfText): VrrpConf {
  const { globals, vrrp_instance, static_ipaddress, vrrp_sync_group, ...rest } = text;
  const instances = (vrrp_instance ?? [{}]).map((one) => instanceOf(one));
  const statics = (static_ipaddress ?? [])
    .map(addressOf)
    .map((address) => ({ ...address, dev: address.dev ?? 'eth0' }));
  const groups = (vrrp_sync_group ?? []).map((group) => ({
    ...NO_GROUP,
    ...group,
    notify: { ...NO_NOTIFY, ...group.notify },
  }));
  return conf({ ...rest, vrrp_instance: instances, static_ipaddress: statics, vrrp_sync_group: groups }, globals);
}

/** undefined for `pass`, which can fire any number of timers. */
export function eventOf(line: EventLine, text: Case): VrrpEvent | undefined {
  const { at } = line;
  switch (line.event) {
    case 'pass':
      return undefined;
    case 'start':
      return {
        kind: 'start',
        at,
        conf: confOf(text.conf),
        links: (text.links ?? [{}]).map(linkOf),
        inherited: line.inherited,
      };
    case 'reload':
      return { kind: 'reload', at, conf: confOf(line.conf) };
    case 'advert':
      return received(line, at, confOf(text.conf));
    case 'link':
      return { kind: 'link', at, link: linkOf(line.link) };
    case 'stop':
    case 'timer':
    case 'link-gone':
    case 'script':
    case 'process':
    case 'file':
      return { ...line, kind: line.event } as VrrpEvent;
    default:
      throw new Error(`unknown event ${JSON.stringify(line satisfies never)}`);
  }
}

const NO_GROUP = {
  track_interface: [],
  track_script: [],
  track_process: [],
  track_file: [],
  global_tracking: false,
  sync_group_tracking_weight: false,
  smtp_alert: false,
};

function instanceOf(text: Readonly<Record<string, unknown>>): VrrpInstance {
  const change = { ...text };
  for (const key of ['virtual_ipaddress', 'virtual_ipaddress_excluded'])
    if (key in text) change[key] = (text[key] as string[]).map(addressOf);
  const plain = instance();
  change['garp'] = { ...plain.garp, ...(text['garp'] as object | undefined) };
  change['notify'] = { ...NO_NOTIFY, ...(text['notify'] as object | undefined) };
  return instance(change);
}

function addressOf(text: string): VirtualAddress {
  const [, address = '', prefix, dev] = /^([^/@]+)(?:\/(\d+))?(?:@(.+))?$/.exec(text) ?? [];
  return virtual(address, { ...(prefix === undefined ? {} : { prefix: Number(prefix) }), dev });
}

function linkOf(text: LinkText): Link {
  const { addresses, mac, ...others } = text;
  const rest = mac === undefined ? others : { ...others, mac: fromHex(mac) ?? new Uint8Array(0) };
  if (addresses === undefined) return link(rest);
  const list = addresses.map(addressOf).map(({ address, prefix }) => ({ address, prefix, scope: scopeOf(address) }));
  return link({ ...rest, addresses: list });
}

function scopeOf(address: string): string {
  return address.startsWith('fe80') ? 'link' : 'global';
}

function received(text: AdvertText, at: number, { vrrp_instance, globals }: VrrpConf): Received {
  const ours = vrrp_instance.find((one) => one.virtual_router_id === text.vrid) ?? vrrp_instance[0] ?? instance();
  const family = familyOf(text.from ?? (ours.family === 'ipv4' ? '10.0.0.2' : 'fe80::2'));
  const source = text.from ?? (family === 'ipv4' ? '10.0.0.2' : 'fe80::2');
  const group = ours.mcast_dst_ip ?? (family === 'ipv4' ? globals.vrrp_mcast_group4 : globals.vrrp_mcast_group6);
  const destination = text.to ?? (ours.unicast_peer.length > 0 ? '10.0.0.1' : group);
  const version = text.version ?? ours.version;
  const password = text.auth_pass === undefined ? authDataOf(ours) : padded(text.auth_pass);
  const advert = {
    version,
    vrid: text.vrid ?? ours.virtual_router_id,
    priority: text.priority,
    interval: text.interval ?? ours.advert_int,
    addresses: packAddresses(text.addresses ?? ours.virtual_ipaddress.map(({ address }) => address)),
    authType: text.auth_type ?? (version === 2 ? authTypeOf(ours) : 0),
    authData: version === 2 ? password : undefined,
  };
  let payload = encodeAdvert(advert, { family, source, destination }, text.bare !== true);
  if (text.byte !== undefined) payload[text.byte[0]] = text.byte[1];
  if (text.append !== undefined) payload = concat([payload, fromHex(text.append) ?? new Uint8Array(0)]);
  if (text.cut !== undefined) payload = payload.subarray(0, payload.length - text.cut);
  const hops = text.hops ?? 255;
  return { kind: 'received', at, interface: text.on ?? ours.interface, family, source, destination, hops, payload };
}

function padded(password: string): Uint8Array {
  const data = new Uint8Array(8);
  data.set(encodeUtf8(password).subarray(0, 8));
  return data;
}
