import {
  type Cluster,
  type Director,
  type GlobalDefs,
  type InstanceMember,
  type PoolMember,
  type SyncGroup,
  type Target,
  type VirtualAddress,
  type VirtualServer,
  type VrrpInstance,
} from '../inventory/cluster.ts';
import { virtualServersOn } from '../inventory/virtual-servers.ts';
import type { Settings } from '../forwarding/forwarding.ts';
import { METHODS } from '../forwarding/methods.ts';
import { settingsOf } from '../inventory/method-cluster.ts';
import { addressFor } from '../inventory/networks.ts';
import { type Entry, type Statement, textOf } from '../keepalived/write.ts';
import { renderTemplate } from './template.ts';

/** The interface that holds an address; undefined before observation. */
export type InterfaceOf = (address: string) => string | undefined;

/** The keepalived.conf of a director. */
export function renderKeepalived(cluster: Cluster, director: Director, interfaceOf: InterfaceOf): string {
  const settings = settingsOf(cluster);
  return renderBlocks([
    ...headOf(cluster, director, interfaceOf).map(blockText),
    ...virtualServersOn(cluster, director.name).flatMap((server) => ['', serverText(server, settings)]),
  ]);
}

/** Entries as the template lays them out: as `textOf` does. */
export function renderEntries(entries: readonly Entry[]): string {
  return renderBlocks(entries.map(blockText));
}

function renderBlocks(blocks: readonly string[]): string {
  return renderTemplate('etc/keepalived/keepalived.conf', { blocks });
}

function blockText(entry: Entry): string {
  return textOf([entry]).slice(0, -1);
}

/** Virtual servers are the same on most directors, and those of a large cluster are hundreds of thousands of lines. */
const SERVER_TEXTS = new WeakMap<VirtualServer, Settings & { readonly text: string }>();

function serverText(server: VirtualServer, settings: Settings): string {
  const known = SERVER_TEXTS.get(server);
  if (known !== undefined && known.nat === settings.nat && known.tun === settings.tun) return known.text;
  const text = blockText(virtualServer(server, settings));
  SERVER_TEXTS.set(server, { ...settings, text });
  return text;
}

/** The keepalived.conf of a director as entries; `auto` stands for an interface that is unknown. */
export function confOf(cluster: Cluster, director: Director, interfaceOf: InterfaceOf): readonly Entry[] {
  const settings = settingsOf(cluster);
  return [
    ...headOf(cluster, director, interfaceOf),
    ...virtualServersOn(cluster, director.name).flatMap((server) => [EMPTY, virtualServer(server, settings)]),
  ];
}

/** What is before the virtual servers. */
function headOf(cluster: Cluster, director: Director, interfaceOf: InterfaceOf): readonly Entry[] {
  const { name } = director;
  const header = `Managed by lvsctl: made for ${name} from the inventory of the cluster ${cluster.name}. Changes by hand are overwritten.`;
  const instances = cluster.instances.flatMap((instance) => {
    const member = instance.members.find((one) => one.director === name);
    return member === undefined ? [] : [instanceEntry(cluster, director, instance, member, interfaceOf)];
  });
  const taking = new Set(instances.map(({ words }) => words[0] ?? ''));
  const groups = cluster.syncGroups.filter(
    (group) => group.generated && group.instances.every((instance) => taking.has(instance)),
  );
  return [
    { comment: header },
    EMPTY,
    globalDefs(cluster.global_defs, director),
    ...(cluster.conf.length === 0 ? [] : [EMPTY, ...cluster.conf]),
    ...[...groups.map(syncGroup), ...instances].flatMap((one) => [EMPTY, one]),
  ];
}

const EMPTY: Entry = { comment: '' };

const statement = (keyword: string, ...words: readonly (string | number)[]): Statement => ({
  keyword,
  words: words.map(String),
});

const block = (keyword: string, words: readonly string[], inner: readonly Entry[]): Statement => ({
  keyword,
  words,
  block: inner,
});

/** A statement, where there is a value. */
function optional(keyword: string, value: string | number | undefined): readonly Statement[] {
  return value === undefined ? [] : [statement(keyword, ...String(value).split(' '))];
}

function globalDefs(defs: GlobalDefs, { router_id }: Director): Statement {
  const to = defs.notification_email.map((address) => statement(address));
  return block(
    'global_defs',
    [],
    [
      ...(to.length === 0 ? [] : [block('notification_email', [], to)]),
      ...optional('notification_email_from', defs.notification_email_from),
      ...optional('smtp_server', defs.smtp_server),
      ...optional('smtp_connect_timeout', defs.smtp_connect_timeout),
      statement('router_id', router_id),
      ...defs.conf,
    ],
  );
}

function syncGroup({ name, instances }: SyncGroup): Statement {
  return block(
    'vrrp_sync_group',
    [name],
    [
      block(
        'group',
        [],
        instances.map((instance) => statement(instance)),
      ),
    ],
  );
}

function instanceEntry(
  cluster: Cluster,
  director: Director,
  instance: VrrpInstance,
  member: InstanceMember,
  interfaceOf: InterfaceOf,
): Statement {
  const { authentication, virtual_ipaddress } = instance;
  const password = authentication?.auth_pass.reveal();
  const device = member.interface === 'auto' ? (interfaceOf(member.address) ?? 'auto') : member.interface;
  const inside = insideDevices(cluster, director, virtual_ipaddress, interfaceOf);
  return block(
    'vrrp_instance',
    [instance.name],
    [
      statement('state', member.state),
      statement('interface', device),
      statement('virtual_router_id', instance.virtual_router_id),
      statement('priority', member.priority),
      statement('advert_int', instance.advert_int),
      ...(instance.nopreempt ? [statement('nopreempt')] : []),
      ...optional('preempt_delay', instance.preempt_delay),
      ...(password === undefined
        ? []
        : [block('authentication', [], [statement('auth_type', 'PASS'), statement('auth_pass', password)])]),
      // A director can have words of its own behind the addresses.
      ...(virtual_ipaddress.length === 0 || hasOwn(member.conf, 'virtual_ipaddress')
        ? []
        : [
            block(
              'virtual_ipaddress',
              [],
              virtual_ipaddress.map((one) => addressEntry(one, inside.get(one.address))),
            ),
          ]),
      ...tracking(
        member.conf,
        [...new Set(inside.values())].filter((one) => one === 'auto' || one !== device),
      ),
    ],
  );
}

function hasOwn(conf: readonly Entry[], keyword: string): boolean {
  return conf.some((entry) => 'keyword' in entry && entry.keyword === keyword);
}

/** The interface of each inside gateway on this director. */
function insideDevices(
  cluster: Cluster,
  director: Director,
  addresses: readonly VirtualAddress[],
  interfaceOf: InterfaceOf,
): ReadonlyMap<string, string> {
  return new Map(
    addresses.flatMap(({ address, gateway }) => {
      const own = gateway === true ? addressFor(cluster, director, address) : undefined;
      return own === undefined ? [] : [[address, interfaceOf(own) ?? 'auto'] as const];
    }),
  );
}

function addressEntry({ address, prefix, options }: VirtualAddress, device: string | undefined): Statement {
  return statement(`${address}/${prefix}`, ...(device === undefined ? options : ['dev', device]));
}

/** A master that loses an inside interface could not forward replies. */
function tracking(conf: readonly Entry[], devices: readonly string[]): readonly Entry[] {
  if (devices.length === 0) return conf;
  const lines = devices.map((device) => statement(device));
  const index = conf.findIndex((entry) => 'keyword' in entry && entry.keyword === 'track_interface');
  if (index < 0) return [block('track_interface', [], lines), ...conf];
  return conf.map((entry, at) =>
    at === index && 'keyword' in entry ? { ...entry, block: [...(entry.block ?? []), ...lines] } : entry,
  );
}

function virtualServer(server: VirtualServer, settings: Settings): Statement {
  const { lb_kind, nat_mask, persistence_timeout, protocol, conf, pool } = server;
  const without = `nat_mask ${nat_mask ?? ''} (the kernel never used it under DR, and keepalived 2 no longer knows the word)`;
  const named = conf.some((entry) => 'keyword' in entry && entry.keyword === 'ip_family');
  return block('virtual_server', wordsOf(server.target), [
    ...(server.target.kind === 'fwmark' && server.family === 'ipv6' && !named ? [statement('ip_family', 'inet6')] : []),
    statement('delay_loop', server.delay_loop),
    statement('lb_algo', server.lb_algo),
    statement('lb_kind', ...METHODS[lb_kind].conf(settings)),
    ...(nat_mask === undefined ? [] : [{ comment: without }]),
    ...optional('persistence_timeout', persistence_timeout),
    // A mark covers all protocols.
    ...(server.target.kind === 'fwmark' ? [] : [statement('protocol', protocol)]),
    ...conf,
    ...pool.flatMap((member) => [EMPTY, { comment: member.name }, realServer(member)]),
  ]);
}

function wordsOf(target: Target): readonly string[] {
  switch (target.kind) {
    case 'address':
      return [target.vip, String(target.port)];
    case 'fwmark':
      return ['fwmark', String(target.fwmark)];
    case 'group':
      return ['group', target.group];
  }
}

function realServer({ address, port, weight, conf }: PoolMember): Statement {
  return block('real_server', port === 0 ? [address] : [address, String(port)], [statement('weight', weight), ...conf]);
}
