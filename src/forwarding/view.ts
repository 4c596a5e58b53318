/** The observed state of a host, for the checks of the methods. */
export interface HostView {
  readonly name: string;
  readonly held: readonly { readonly device: string; readonly address: string; readonly prefix: number }[];
  /** Parameters of net.ipv4.conf by interface, `all` among them. */
  readonly conf: ReadonlyMap<string, DeviceConf>;
  /** Bytes, by interface. */
  readonly mtu: ReadonlyMap<string, number>;
  /** Listening sockets; 0.0.0.0 and :: mean all addresses of a family. */
  readonly listeners: readonly { readonly address: string; readonly port: number }[];
  /** Default routes of all tables, and the rules that select tables; undefined if not observed. */
  readonly routing: Routing | undefined;
  /** Whether the host forwards packets of other hosts, by family. */
  readonly forwards: { readonly ipv4: boolean; readonly ipv6: boolean };
}

/** Parameters of one interface (Documentation/networking/ip-sysctl.rst). */
export interface DeviceConf {
  readonly arp_ignore: number;
  readonly arp_announce: number;
  readonly rp_filter: number;
  readonly proxy_arp: number;
  readonly send_redirects: number;
}

export interface Routing {
  readonly defaults: readonly DefaultRoute[];
  /** As `ip rule` prints them, without their preference, with protocols as numbers. */
  readonly rules: readonly string[];
}

export interface DefaultRoute {
  readonly family: 'ipv4' | 'ipv6';
  /** `main`, or as `ip route` prints it. */
  readonly table: string;
  readonly metric: number;
  /** Undefined for a route without gateway. */
  readonly via: string | undefined;
  readonly device: string | undefined;
}

/** The result of a check; passed when `fix` is undefined. */
export interface Judgement {
  readonly check: string;
  readonly title: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string | undefined;
}

/** The interface of an address; undefined when the host does not hold it. */
export function deviceOf({ held }: HostView, address: string): string | undefined {
  return held.find((one) => one.address === address)?.device;
}

/** The value that the kernel uses for these parameters: the larger one of `all` and the interface. */
export function effective(
  { conf }: HostView,
  device: string,
  name: 'arp_ignore' | 'arp_announce' | 'rp_filter',
): number {
  return Math.max(conf.get('all')?.[name] ?? 0, conf.get(device)?.[name] ?? 0);
}

/** Whether one of these parameters is set for `all` or for the interface: either is enough. */
export function allowed({ conf }: HostView, device: string, name: 'proxy_arp' | 'send_redirects'): boolean {
  return (conf.get('all')?.[name] ?? 0) > 0 || (conf.get(device)?.[name] ?? 0) > 0;
}

/** The default route of the main table with the lowest metric. */
export function mainDefault({ routing }: HostView, family: DefaultRoute['family']): DefaultRoute | undefined {
  return (routing?.defaults ?? [])
    .filter((route) => route.family === family && route.table === 'main')
    .toSorted((one, other) => one.metric - other.metric)[0];
}

export function familyOf(address: string): DefaultRoute['family'] {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

export function passed(check: string, title: string, expected: string, actual: string = expected): Judgement {
  return { check, title, expected, actual, fix: undefined };
}
