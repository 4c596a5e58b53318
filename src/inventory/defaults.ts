import { DEFAULT_METHOD } from '../forwarding/methods.ts';
import type { RequestKind } from './cluster.ts';
import { SOURCES, type SourceName } from './package-sources.ts';
import { ANSWERS } from './status-set.ts';

/** A default, and its reason, which completes "default: ...". */
export interface Default<T> {
  readonly value: T;
  readonly because: string;
  /** Where the value stands instead, such as `~/.ssh/config:3`. */
  readonly origin?: string;
}

function to<T>(value: T, because: string): Default<T> {
  return { value, because };
}

/** No value at all, and why that is good. */
const none = (because: string) => to(undefined, because);

/** Every default of an inventory by its key. Those that depend on others have a function. */
export const DEFAULTS = {
  name: (file: string) => to(file, 'the name of the file'),
  network: (cidr: string) =>
    to(cidr, 'the /24 around the first director, and one around each address outside of it; /64 for IPv6'),
  raw: none('nothing to add'),
  engine: to('auto' as const, 'keepalived where it is installed or can be had, else the bundled agent'),
  hostName: (name: string) => to(name, 'role and position'),
  ssh: {
    port: to(22, 'the port of SSH'),
    connect_timeout: to(10, 'long enough for a host that is up'),
    user: to('root', 'a cluster is built as root'),
    identity_file: to<readonly string[]>(
      ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'],
      'the keys that OpenSSH tries, as far as they exist',
    ),
    known_hosts: to<readonly string[]>(['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'], 'where OpenSSH keeps them'),
    proxy_command: none('the host is reached directly'),
    proxy_jump: to<readonly string[]>([], 'the host is reached directly'),
    client: to('builtin' as const, 'no process per host and command'),
    destination: (address: string) => to(address, 'the address of the host'),
    config: to<string | false>('~/.ssh/config', 'what ssh itself reads, with /etc/ssh/ssh_config behind it'),
    password: none('logins are by key'),
    host_key_checking: to('strict' as const, 'an unknown host could be any machine'),
    lab: none('none'),
  },
  director: {
    state: (first: boolean, backupsOnly: boolean) =>
      to(
        first && !backupsOnly ? ('MASTER' as const) : ('BACKUP' as const),
        backupsOnly
          ? 'nopreempt and preempt_delay need BACKUP on every director'
          : first
            ? 'the highest priority'
            : 'another director has a higher priority',
      ),
    priority: (priority: number) =>
      to(
        priority,
        'just below 255: the higher the priority of a backup, the sooner it takes over; a third director waits for the second',
      ),
    router_id: (name: string) => to(name, 'the name of the director'),
    interface: to('auto', 'the interface that holds the address of the director'),
  },
  real_server: {
    weight: to(1, 'all equal'),
    port: none(DEFAULT_METHOD.inventory.defaultPort),
  },
  tcp_check: {
    connect_timeout: to(3, 'three tries, three seconds each'),
    nb_get_retry: to(3, 'three tries, three seconds each'),
    delay_before_retry: to(3, 'three tries, three seconds each'),
  },
  client: { address: (local: boolean) => to(local ? '127.0.0.1' : '', 'the client is this machine') },
  global_defs: {
    notification_email: to<readonly string[]>([], 'no mail is sent'),
    notification_email_from: none('no mail is sent'),
    smtp_server: none('no mail is sent'),
    smtp_connect_timeout: none("keepalived's own"),
  },
  vrrp_instance: {
    name: to('VI_1', "the name in keepalived's manual"),
    virtual_router_id: (id: number) => to(id, 'the last byte of the first VIP, so that clusters on a segment differ'),
    advert_int: to(1, 'a dead master is noticed after three'),
    authentication: none('a plaintext password provides no security'),
    nopreempt: to(false, 'the highest priority takes the VIP back'),
    preempt_delay: none('no delay'),
    unicast: to(false, 'multicast needs no list of directors'),
    prefix: (bits: number) => to(bits, 'a VIP brings no route of its own, and leaves none behind'),
  },
  virtual_server: {
    vipOfEach: 'one virtual server for each VIP',
    vip: (vip: string) => to<string | readonly string[]>(vip, 'the only VIP'),
    port: to<number | readonly number[]>(80, 'the port of HTTP'),
    fwmark: (mark: number) => to(mark, 'the first port, or the next number that is free'),
    protocol: to('TCP' as const, 'the web speaks TCP'),
    delay_loop: to(6, 'seconds from one check to the next'),
    lb_algo: to('rr' as const, 'each real server in turn'),
    lb_kind: to(DEFAULT_METHOD.lbKind, DEFAULT_METHOD.because),
    two_box: to('marks' as const, 'a backup must not balance packets of the master again'),
    nat_mask: none('the kernel ignores it'),
    persistence_timeout: (everyPort: boolean) =>
      everyPort
        ? to<number | undefined>(360, 'a service over every port is persistent')
        : none('each connection is balanced on its own'),
    pool: none('all real servers'),
    request: (kind: RequestKind, because: string) => to(kind, because),
    path: (checked: string | undefined) =>
      checked === undefined ? to('/', 'the home page') : to(checked, 'the path of its health check'),
    host: (checked: string | undefined) =>
      to(checked, checked === undefined ? 'the virtual address' : 'the virtualhost of its health check'),
    status_code: to(ANSWERS, 'success and redirects'),
  },
  nat: {
    gateway: to<readonly string[]>([], 'real servers have a way back of their own'),
    way_back: (gateway: boolean) =>
      gateway
        ? to('default_route' as const, 'all replies go through the director that holds the gateway')
        : to('none' as const, 'there is no `gateway`'),
  },
  tun: {
    type: to('ipip' as const, 'the smallest header'),
    port: to(6080, 'the port of GUE'),
    mss: none('what fits into an Ethernet frame beside the header of the tunnel'),
  },
  files: { mode: to(0o644, 'readable by all, changed by root') },
  packages: {
    local_mount: { path: none("the distribution's repositories"), trusted: to(false, 'packages must be signed') },
    bundle: none('hosts have repositories'),
    from: to<readonly SourceName[]>(SOURCES, 'packages of the host come first, and the agent needs none'),
    source: {
      build_on: none('no host builds without being named'),
      sha256: none('the digest of the file'),
      configure: to([] as readonly string[], 'as its authors build it'),
    },
    allow_downgrade: to(false, 'a downgrade can lose features that are in use'),
  },
  firewall: to('manage' as const, 'a firewall that drops what the cluster needs lets nothing work'),
  web: {
    package: none('the web servers are yours'),
    service: (unit: string | undefined, name: string | undefined) =>
      to(unit, name === undefined ? 'the web servers are yours' : `the unit of ${name}`),
    demo_page: to(false, 'your pages are left alone'),
    demo_path: to('/var/www/html/index.html', 'where Debian serves from'),
  },
};
