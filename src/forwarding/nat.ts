import {
  type Forwarding,
  type HostSide,
  type MethodFile,
  type MethodUnit,
  type MethodMember,
  type MethodPackage,
  NOTHING,
  type Part,
  type Protocol,
  type Sysctl,
} from './forwarding.ts';
import { judgeProxyArp } from './checks.ts';
import { natRules } from './nat-rules.ts';
import { pathsOf } from './silence.ts';
import { type HostView, type Judgement, allowed, deviceOf, familyOf, mainDefault, passed } from './view.ts';

const SCRIPT = '/usr/local/sbin/lvs.nat.sh';
const UNIT: MethodUnit = {
  name: 'lvs-nat.service',
  script: SCRIPT,
  title: 'forwarding and routes under NAT',
};

/**
 * The routing table for replies, and the preference of the rules that select it; exceptions use the preference before.
 */
const TABLE = 7168;

/** Masquerades. lvs.nat.sh uses iptables where that is all a host has. */
const FIREWALL: MethodPackage = { name: 'nftables', unless: ['nft', 'iptables'] };

/** ip(8) accepts numbers even without /etc/protocols. */
const PROTOCOL_NUMBERS: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

/**
 * NAT: the director replaces the virtual address in a packet by that of a real server, and reverses this in the reply,
 * so replies have to pass through it.
 */
export const nat: Forwarding = {
  lbKind: 'NAT',
  summary: 'the director rewrites addresses, and replies go back through it',
  because: 'ports may differ, and a real server needs nothing but a route',
  keepsDestination: false,
  conf: () => ['NAT'],

  inventory: {
    oneSegment: undefined,
    samePort: undefined,
    defaultPort: 'the port of the virtual server',
    rules: natRules,
  },

  floating: ({ nat: settings }) => settings?.gateways ?? [],
  traces: { files: [SCRIPT], units: [UNIT.name] },
  host: (part) => {
    const sysctls = part.isDirector ? directorSysctls(part) : [];
    const view = { ...directorView(part), ...realServerView(part), sysctls: pathsOf(sysctls) };
    const works = part.isDirector || view.default_route !== '' || view.rules !== '';
    return {
      ...NOTHING,
      ...(view.masquerade !== '' && { packages: [FIREWALL] }),
      sysctls,
      ...(works && { files: files(view), units: [UNIT], script: SCRIPT }),
      addresses: part.isRealServer && !part.isDirector ? withoutVips(part) : [],
      checks: (seen) => [
        ...(part.isDirector ? directorChecks(seen, part) : []),
        ...(part.isRealServer ? realServerChecks(seen, part) : []),
      ],
    };
  },
  silencedBy: undefined,
  hint: 'NAT needs the replies of each real server to pass the director.',
};

function files(view: MethodFile['view']): readonly MethodFile[] {
  return [{ path: SCRIPT, mode: 0o755, readBy: UNIT.name, view: { ...view, table: TABLE } }];
}

/** Each address, protocol and port of the real servers once. The port is 0 if packets keep a port that is not known. */
function targetsOf({ services }: Part): readonly (MethodMember & { readonly protocol: Protocol })[] {
  const all = services.flatMap(({ protocol, members, endpoints }) => {
    const kept = [...new Set(endpoints.map(({ port }) => port))];
    return members.flatMap((member) => {
      const ports = member.port !== 0 || kept.length === 0 ? [member.port] : kept;
      return ports.map((port) => ({ ...member, port, protocol }));
    });
  });
  const found = new Map(all.map((one) => [`${one.address} ${one.protocol} ${one.port}`, one]));
  return [...found.values()];
}

function directorSysctls(part: Part): readonly Sysctl[] {
  const families = new Set(targetsOf(part).map(({ address }) => familyOf(address)));
  const sysctls: readonly (Sysctl | false)[] = [
    families.has('ipv4') && {
      key: 'net.ipv4.ip_forward',
      value: '1',
      why: ['Under NAT the director is the router of the real servers.'],
      optional: false,
    },
    families.has('ipv6') && {
      key: 'net.ipv6.conf.all.forwarding',
      value: '1',
      why: ['The same for IPv6. A router ignores router advertisements: its own default route has to be a static one.'],
      optional: false,
    },
    part.settings.nat?.wayBack === 'masquerade' && {
      key: 'net.ipv4.vs.conntrack',
      value: '1',
      why: ['Show connections of IPVS to the firewall, which gives them the source address of this director.'],
      optional: false,
    },
  ];
  return sysctls.filter((one) => one !== false);
}

function directorView(part: Part) {
  const targets = part.isDirector ? targetsOf(part) : [];
  const masquerade = part.settings.nat?.wayBack === 'masquerade' ? targets : [];
  return {
    role: part.isDirector ? 'director' : 'real server',
    real_servers: [...new Set(targets.map(({ address }) => address))].join('\n'),
    masquerade: masquerade
      .map(({ address, protocol, port }) => `${address} ${protocol.toLowerCase()} ${port}`)
      .join('\n'),
  };
}

/** A real server that is also a director needs no route: it is itself the way back. */
function realServerView(part: Part) {
  const { settings, isRealServer, isDirector } = part;
  const gateways = isRealServer && !isDirector ? (settings.nat?.gateways ?? []) : [];
  const used = gateways.filter((gateway) => ownTargets(part).some(({ address }) => sameFamily(address, gateway)));
  const wayBack = settings.nat?.wayBack;
  const byRule = wayBack === 'source_route' ? used : [];
  return {
    default_route: wayBack === 'default_route' ? used.join('\n') : '',
    rules: byRule.flatMap((gateway) => rulesFor(part, gateway)).join('\n'),
    routes: byRule.map((gateway) => `${option(gateway)} default via ${gateway}`).join('\n'),
  };
}

/** Replies to health checks go directly to the director that sent them, which may be a backup. */
function rulesFor(part: Part, gateway: string): readonly string[] {
  const inside = part.networkOf(gateway);
  const directors = part.directors
    .flatMap(({ addresses }) => addresses)
    .filter((one) => sameFamily(one, gateway) && part.networkOf(one) === inside);
  const targets = ownTargets(part).filter(({ address }) => sameFamily(address, gateway));
  return [
    ...directors.map((address) => `${option(gateway)} ${TABLE - 1} from all to ${address} lookup main`),
    ...targets.map(({ address, protocol, port }) => {
      const from = port === 0 ? '' : ` ipproto ${PROTOCOL_NUMBERS[protocol]} sport ${port}`;
      return `${option(gateway)} ${TABLE} from ${address}${from} lookup ${TABLE}`;
    }),
  ];
}

/** The targets on this host: the services have no other members here. */
function ownTargets(part: Part) {
  return targetsOf({ ...part, services: part.ownServices });
}

const sameFamily = (one: string, other: string): boolean => familyOf(one) === familyOf(other);

/** The option of ip(8) for the family of an address. */
const option = (address: string): string => (familyOf(address) === 'ipv4' ? '-4' : '-6');

/** A host that was a real server of direct routing may still hold a virtual address on an interface. */
function withoutVips({ services }: Part): HostSide['addresses'] {
  const vips = new Set(services.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip)));
  return [...vips].map((vip) => ({
    address: `${vip}/${familyOf(vip) === 'ipv4' ? 32 : 128}`,
    on: 'segment',
    present: false,
    reason: 'a real server must not answer ARP for the virtual address',
  }));
}

function directorChecks(view: HostView, part: Part): readonly Judgement[] {
  const targets = targetsOf(part);
  const families = [...new Set(targets.map(({ address }) => familyOf(address)))];
  return [
    ...families.map((family) => forwards(view, family)),
    ...noRedirects(view, part),
    ...judgeProxyArp(view, part),
  ];
}

function forwards(view: HostView, family: 'ipv4' | 'ipv6'): Judgement {
  const words = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const title = `${view.name} forwards packets of ${words}`;
  const expected = family === 'ipv4' ? 'net.ipv4.ip_forward 1' : 'net.ipv6.conf.all.forwarding 1';
  if (view.forwards[family]) return passed('ip-forward', title, expected);
  const fix = `Run \`lvsctl deploy\`, and check ${view.name} for other tools that set sysctls: without it no reply leaves the director.`;
  return { check: 'ip-forward', title, expected, actual: '0', fix };
}

/** An ICMP redirect would give a real server a route to the client that bypasses the director. */
function noRedirects(view: HostView, { host, services, networkOf }: Part): readonly Judgement[] {
  const inside = new Set(services.flatMap(({ members }) => members.map(({ address }) => networkOf(address))));
  const devices = host.addresses
    .filter((address) => familyOf(address) === 'ipv4' && inside.has(networkOf(address)))
    .map((address) => deviceOf(view, address));
  return [...new Set(devices)].flatMap((device) => {
    if (device === undefined || !view.conf.has(device)) return [];
    const title = `${view.name} sends no redirects to real servers`;
    const expected = `send_redirects 0 on ${device} and on all`;
    if (!allowed(view, device, 'send_redirects')) return [passed('send-redirects', title, expected)];
    const fix = `Run \`lvsctl deploy\`: a real server that follows a redirect answers clients without the director.`;
    return [{ check: 'send-redirects', title, expected, actual: 'send_redirects 1', fix }];
  });
}

function realServerChecks(view: HostView, part: Part): readonly Judgement[] {
  const { settings, isDirector } = part;
  if (isDirector || view.routing === undefined || settings.nat === undefined) return [];
  const { gateways, wayBack } = settings.nat;
  const used = gateways.filter((gateway) => ownTargets(part).some(({ address }) => sameFamily(address, gateway)));
  switch (wayBack) {
    case 'default_route':
      return used.map((gateway) => throughGateway(view, gateway, mainDefault(view, familyOf(gateway))?.via));
    case 'source_route':
      return used.map((gateway) => throughGateway(view, gateway, byRule(view, part, gateway)));
    case 'masquerade':
    case 'none':
      return [];
  }
}

/** The gateway that the rules select; undefined if a rule is missing. */
function byRule({ routing }: HostView, part: Part, gateway: string): string | undefined {
  const wanted = rulesFor(part, gateway).map((rule) => rule.split(' ').slice(2).join(' '));
  const family = familyOf(gateway);
  return wanted.every((rule) => routing?.rules.includes(rule) === true)
    ? routing?.defaults.find((route) => route.family === family && route.table === String(TABLE))?.via
    : undefined;
}

function throughGateway(view: HostView, gateway: string, via: string | undefined): Judgement {
  const title = `${view.name} replies through the director that is master`;
  const expected = `replies go through ${gateway}`;
  if (via === gateway) return passed('way-back', title, expected);
  const fix = `Run \`lvs.nat.sh start\` on ${view.name}, or \`lvsctl deploy\`; until then clients drop its replies, which do not come from the virtual address.`;
  return { check: 'way-back', title, expected, actual: via === undefined ? 'no such route' : `through ${via}`, fix };
}
