import type { Data } from '../keepalived/from-data.ts';
import type { Checker, RealServer, Tunnel, VirtualServer } from '../keepalived/model/check.ts';
import type { PlacedDirective } from '../keepalived/read-directives.ts';
import { canonicalAddress } from '../keepalived/text/address.ts';
import type { AdoptedConf } from './adopted-file.ts';
import { type DataMap, type Note, defined, same, shared, without } from './draft.ts';
import { type AdoptedRealServer, addressOf } from './hosts.ts';
import { except, keysIn } from './keys.ts';
import { type Target, mergedServers, protocolIn, targetOf } from './merged-servers.ts';

/** A virtual server, with what all its real servers share at its own level. */
export interface AdoptedService {
  readonly data: DataMap;
  readonly port: number;
  readonly members: readonly AdoptedMember[];
}

export interface AdoptedMember {
  readonly name: string;
  readonly port: number;
  /** Keywords of the real server here, and its checks where they are not those of the others. */
  readonly data: DataMap;
  /** Encapsulation of its packets under TUN. */
  readonly tunnel: Tunnel | undefined;
}

const CHECKERS = /_(?:CHECK|GET)$/;

/** All virtual servers of a director. @param say takes notes by the index of the virtual server */
export function servicesOf(
  adopted: AdoptedConf,
  realServers: ReadonlyMap<string, AdoptedRealServer>,
  take: (note: Note) => void,
): readonly AdoptedService[] {
  const models = [...adopted.conf.check.virtual_server];
  const services: AdoptedService[] = [];
  for (const directive of mergedServers(adopted.directives)) {
    const target = targetOf(directive);
    const place = models.findIndex((one) => isTarget(one, target) && isProtocol(one, directive));
    const [model] = place < 0 ? [] : models.splice(place, 1);
    if (target === undefined || model === undefined) {
      const text = `virtual_server ${directive.words.join(' ')} is left out: keepalived does not run it either.`;
      take({ at: ['virtual_servers'], text });
      continue;
    }
    const at = ['virtual_servers', services.length];
    services.push(serviceOf(directive, model, target, realServers, (text) => take({ at, text })));
  }
  return services;
}

function isProtocol({ protocol, target }: VirtualServer, directive: PlacedDirective): boolean {
  return target.kind === 'fwmark' || protocol === protocolIn(directive);
}

function isTarget({ target }: VirtualServer, wanted: Target | undefined): boolean {
  if (wanted?.kind === 'address')
    return target.kind === 'address' && target.address === wanted.address && target.port === wanted.port;
  if (wanted?.kind === 'fwmark') return target.kind === 'fwmark' && target.fwmark === wanted.fwmark;
  return wanted !== undefined && target.kind === 'group' && target.group === wanted.group;
}

function serviceOf(
  directive: PlacedDirective,
  model: VirtualServer,
  target: Target,
  realServers: ReadonlyMap<string, AdoptedRealServer>,
  say: (text: string) => void,
): AdoptedService {
  const block = directive.block ?? [];
  const natMask = block.find(({ keyword }) => keyword === 'nat_mask')?.words[0];
  const keywords = keysIn(except(block, 'real_server', 'nat_mask'), 'virtual_server', say);
  const port = target.kind === 'address' ? target.port : 0;
  if (keywords['protocol'] === undefined && target.kind === 'address')
    say('The file names no protocol, and keepalived takes UDP then: TCP is meant?');
  if (target.kind === 'address' && port === 0 && keywords['persistence_timeout'] === undefined)
    say('A service over every port is persistent: keepalived takes 360 s where a file has no persistence_timeout.');
  const members = membersOf(block, model, realServers, say);
  const checks = shared(members.map(({ checks }) => ({ checks })));
  const lifted = members.length > 0 && checks.common['checks'] !== undefined ? members[0]?.checks : undefined;
  const { weight: _weight, ...others } = without(keywords, TYPED);
  const data = defined({
    ...(target.kind === 'address'
      ? { vip: target.address, port: String(target.port) }
      : target.kind === 'fwmark'
        ? { fwmark: String(target.fwmark), ip_family: model.family === 'ipv6' ? 'inet6' : undefined }
        : { group: target.group }),
    protocol: model.protocol === 'TCP' || model.target.kind === 'fwmark' ? undefined : model.protocol,
    lb_algo: model.lb_algo,
    lb_kind: model.lb_kind,
    delay_loop: secondsOf(model.delay_loop),
    persistence_timeout: model.persistence_timeout === 0 ? undefined : secondsOf(model.persistence_timeout),
    nat_mask: natMask !== undefined && canonicalAddress(natMask) !== undefined ? natMask : undefined,
    ...others,
    ...lifted,
  });
  return {
    data,
    port,
    members: members.map(({ checks: own, data: keys, ...member }) => ({
      ...member,
      data: lifted === undefined ? { ...keys, ...own } : keys,
    })),
  };
}

/** Keys whose values are taken from the model, with keepalived's default where a file has none. */
const TYPED = ['protocol', 'lb_algo', 'lb_kind', 'delay_loop', 'persistence_timeout'];

interface Found extends AdoptedMember {
  readonly checks: DataMap;
}

function membersOf(
  block: readonly PlacedDirective[],
  model: VirtualServer,
  realServers: ReadonlyMap<string, AdoptedRealServer>,
  say: (text: string) => void,
): readonly Found[] {
  const models = [...model.real_server];
  const seen = new Set<string>();
  return block
    .filter(({ keyword }) => keyword === 'real_server')
    .flatMap((directive) => {
      const address = addressOf(directive);
      const samePlace = models.findIndex((one) => one.address === address && samePort(one, directive));
      // Under DR and TUN keepalived takes the port of the virtual server, whatever the file says.
      const place = samePlace < 0 ? models.findIndex((one) => one.address === address) : samePlace;
      const [server] = place < 0 ? [] : models.splice(place, 1);
      if (server !== undefined && samePlace < 0) {
        const what = server.port === 0 ? 'loses its port' : `gets port ${server.port}`;
        say(`real_server ${directive.words.join(' ')} ${what}: ${model.lb_kind} keeps that of the packets.`);
      }
      const host = realServers.get(address ?? '');
      if (server === undefined || host === undefined) {
        say(`real_server ${directive.words.join(' ')} is left out: keepalived does not run it either.`);
        return [];
      }
      const name = `${server.address} ${server.port}`;
      if (seen.has(name)) {
        say(`real_server ${directive.words.join(' ')} stands twice: once is enough.`);
        return [];
      }
      seen.add(name);
      return [memberOf(withCheckedPort(directive, server), server, host, say)];
    });
}

const CONNECTING = /^(?:TCP_CHECK|HTTP_GET|SSL_GET|SMTP_CHECK|DNS_CHECK|UDP_CHECK)$/;

/** Checks connect to the port that the file has, also where keepalived balances to another one. */
function withCheckedPort(directive: PlacedDirective, { port }: RealServer): PlacedDirective {
  const written = Number(directive.words[1] ?? 0);
  const { block } = directive;
  if (block === undefined || written === 0 || written === port) return directive;
  const checked = block.map((check) => {
    const own = check.block ?? [];
    if (!CONNECTING.test(check.keyword) || own.some(({ keyword }) => keyword === 'connect_port')) return check;
    return {
      ...check,
      block: [...own, { ...check, keyword: 'connect_port', words: [String(written)], block: undefined }],
    };
  });
  return { ...directive, block: checked };
}

function samePort({ port }: RealServer, { words }: PlacedDirective): boolean {
  return words[1] === undefined || Number(words[1]) === port;
}

function memberOf(
  directive: PlacedDirective,
  model: RealServer,
  host: AdoptedRealServer,
  say: (text: string) => void,
): Found {
  const block = directive.block ?? [];
  const all = keysIn(except(block, 'TCP_CHECK'), 'real_server', say);
  const isCheck = (key: string): boolean => CHECKERS.test(key.toUpperCase());
  const keys = Object.keys(all).filter((key) => !isCheck(key) && key !== 'weight');
  const others = without(all, [...keys, 'weight']);
  const tcp = block.filter(({ keyword }) => keyword === 'TCP_CHECK');
  const checks =
    tcp.length === 0
      ? Object.keys(others).length === 0
        ? { check: 'none' }
        : others
      : { tcp_check: tcpOf(tcp, model, say), ...others };
  return {
    name: host.name,
    port: model.port,
    tunnel: model.tunnel,
    data: defined({
      weight: model.weight === 1 ? undefined : String(model.weight),
      ...without(all, [...Object.keys(others), 'weight']),
    }),
    checks,
  };
}

/** All three times, because those that a file leaves out are others than an inventory's. */
function tcpOf(all: readonly PlacedDirective[], { checkers, port }: RealServer, say: (text: string) => void): Data {
  const found = checkers.filter((checker): checker is Checker & { kind: 'TCP_CHECK' } => checker.kind === 'TCP_CHECK');
  const maps = all.map((directive, index) => {
    const model = found[index] ?? found[0];
    const own = keysIn(except(directive.block ?? [], 'retry'), 'TCP_CHECK', say);
    const { connect_port, ...keys } = own;
    return defined({
      connect_timeout: model === undefined ? undefined : secondsOf(model.connect_timeout),
      nb_get_retry: model === undefined ? undefined : String(model.retry),
      delay_before_retry: model === undefined ? undefined : secondsOf(model.delay_before_retry),
      // The real server's own port is where a check connects anyway.
      connect_port: same(connect_port, String(port)) ? undefined : connect_port,
      ...without(keys, ['connect_timeout', 'delay_before_retry']),
    });
  });
  if (maps.length > 1) say('Only the first of several TCP_CHECK of a real server is kept.');
  return maps[0] ?? {};
}

function secondsOf(milliseconds: number): string {
  return String(milliseconds / 1000);
}
