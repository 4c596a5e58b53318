import * as fc from 'fast-check';
import type { VrrpConf, VrrpScript } from '../../../../src/keepalived/model/vrrp.ts';
import { encodeAdvert, packAddresses } from '../../../../src/agent/core/vrrp/packet.ts';
import type { Link, VrrpEvent } from '../../../../src/agent/core/vrrp/event.ts';
import { NO_NOTIFY, conf, instance, link, virtual } from './sample.ts';

const SCRIPT: VrrpScript = {
  name: 'chk',
  script: { argv: ['/bin/chk'], user: 'default' },
  interval: 700,
  timeout: 0,
  rise: 1,
  fall: 2,
  weight: -30,
  reverse: false,
  init_fail: false,
};
const PROCESS = {
  name: 'web',
  process: 'web',
  param_match: undefined,
  weight: 0,
  reverse: false,
  quorum: 1,
  quorum_max: undefined,
  fork_delay: 300,
  terminate_delay: 400,
  full_command: false,
};
const FILE = { name: 'f', file: '/run/f', weight: 1, reverse: false, init_file: undefined };
const named = (name: string) => ({ name, weight: undefined, reverse: false });
const second = instance({
  name: 'VI_2',
  version: 3,
  virtual_router_id: 52,
  interface: 'eth1',
  priority: 120,
  advert_int: 300,
  preempt_delay: 500,
  virtual_ipaddress: [virtual('10.1.0.100'), virtual('10.1.0.101')],
});
const group = {
  name: 'G',
  group: ['VI_1', 'VI_2'],
  track_interface: [],
  track_script: [named('chk')],
  track_process: [],
  track_file: [],
  global_tracking: false,
  sync_group_tracking_weight: false,
  notify: NO_NOTIFY,
  smtp_alert: true,
};
const lists = { vrrp_script: [SCRIPT], vrrp_track_process: [PROCESS], vrrp_track_file: [FILE] };

/** Configurations to reload between. */
export const CONFS: readonly VrrpConf[] = [
  conf({ ...lists, vrrp_instance: [instance({ track_script: [named('chk')], track_file: [named('f')] }), second] }),
  conf({ ...lists, vrrp_instance: [instance(), second], vrrp_sync_group: [group] }),
  conf({
    ...lists,
    static_ipaddress: [{ ...virtual('10.9.9.9'), dev: 'eth0' }],
    vrrp_instance: [
      instance({ priority: 255, virtual_ipaddress: [virtual('10.0.0.101')], track_process: [named('web')] }),
    ],
  }),
  conf(
    { ...lists, vrrp_instance: [instance({ nopreempt: true, advert_int: 2000, virtual_router_id: 77 }), second] },
    { vrrp_startup_delay: 1500 },
  ),
  conf({
    vrrp_instance: [
      instance({
        unicast_peer: [{ address: '10.0.0.2', min_ttl: undefined, max_ttl: undefined }],
        dont_track_primary: true,
      }),
    ],
  }),
  conf({ vrrp_instance: [] }),
];

export const LINKS: readonly Link[] = [
  link(),
  link({ name: 'eth1', index: 3, addresses: [{ address: '10.1.0.1', prefix: 24, scope: 'global' }] }),
];

/** An event without its time. */
export type Happening = { readonly kind: 'pass'; readonly ms: number } | Timeless<VrrpEvent>;
type Timeless<T> = T extends unknown ? Omit<T, 'at'> : never;

function advert(priority: number, vrid: number, high: boolean): Happening {
  const [source, destination] = [high ? '10.0.0.200' : '10.0.0.0', '224.0.0.18'];
  const three = vrid === 52;
  const path = { family: 'ipv4' as const, source, destination };
  const payload = encodeAdvert(
    {
      version: three ? 3 : 2,
      vrid,
      priority,
      interval: three ? 200 : 1000,
      addresses: packAddresses(three ? ['10.1.0.100', '10.1.0.101'] : ['10.0.0.100']),
      authType: 0,
      authData: undefined,
    },
    path,
  );
  return { kind: 'received', interface: three ? 'eth1' : 'eth0', ...path, hops: 255, payload };
}

const someLink = fc.constantFrom(...LINKS);
const someConf = fc.constantFrom(...CONFS);

const time = fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 5000 }) });
const adverts = fc
  .tuple(fc.constantFrom(0, 1, 50, 100, 110, 120, 255), fc.constantFrom(51, 52, 77, 9), fc.boolean())
  .map(([priority, vrid, high]) => advert(priority, vrid, high));
const surroundings: fc.Arbitrary<Happening> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((payload) => ({ ...advert(100, 51, true), payload }) as Happening),
  fc.tuple(someLink, fc.boolean(), fc.boolean()).map(([one, up, bare]) => ({
    kind: 'link' as const,
    link: { ...one, up, running: up, addresses: bare ? [] : one.addresses },
  })),
  someLink.map(({ name }) => ({ kind: 'link-gone' as const, name })),
  fc.boolean().map((failed) => ({ kind: 'script' as const, name: 'chk', failed })),
  fc.nat(2).map((count) => ({ kind: 'process' as const, name: 'web', count })),
  fc.constantFrom(0, 20, -300).map((value) => ({ kind: 'file' as const, name: 'f', value })),
  fc
    .constantFrom('advert:VI_1', 'down:VI_1', 'down:VI_2', 'garp:VI_2', 'script:chk', 'startup:', 'x')
    .map((id) => ({ kind: 'timer' as const, id })),
  someConf.map((one) => ({ kind: 'reload' as const, conf: one })),
);

/** Mostly time and adverts, rarely stop. */
export const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: time },
  { weight: 12, arbitrary: adverts },
  { weight: 15, arbitrary: surroundings },
  { weight: 1, arbitrary: fc.constant({ kind: 'stop' as const }) },
);

export const startOf = (index: number): VrrpEvent => ({
  kind: 'start',
  at: 0,
  conf: CONFS[index] ?? conf(),
  links: LINKS,
});
