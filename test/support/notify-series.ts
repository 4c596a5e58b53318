import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sendAdvert } from './raw-advert.ts';
import { instance, type Instance, type Router } from './router.ts';
import type { Segment } from './segment.ts';

/** A router on host a, and actions on it. */
export interface World {
  readonly segment: Segment;
  readonly router: Router;
  /** Another router of priority 200 on host b. */
  readonly startPeer: () => void;
  readonly stopPeer: () => Promise<unknown>;
}

export interface Step {
  readonly act: (world: World) => unknown;
  /** The FIFO line that ends the step. */
  readonly until: string;
}

/** A series of events of a router, ended by SIGTERM, that scripts and FIFO readers are notified of. */
export interface Series {
  readonly name: string;
  /** @param script records its arguments */
  readonly conf: (script: string) => string;
  readonly steps: readonly Step[];
}

const V: Instance = { version: 3, priority: 100, advertInt: 0.2, addresses: ['10.77.0.99'] };
const LOWER = { version: 3, vrid: 7, priority: 50, addresses: ['10.77.0.99'], interval: 20 };

/** All notify scripts of an instance or group. */
function scripts(name: string, script: string, ...kinds: readonly string[]): readonly string[] {
  const words = ['master', 'backup', 'fault', 'stop', ...kinds];
  return [
    ...words.map((word) => `notify_${word} "${script} ${name} 'for ${word}' alone"`),
    `notify "${script} ${name} for all"`,
  ];
}

const ofInstance = (name: string, script: string): readonly string[] => scripts(name, script, 'master_rx_lower_pri');
const one = (script: string, but: Partial<Instance> = {}, ...more: readonly string[]): string =>
  instance({ ...V, ...but, more: [...ofInstance('V', script), ...more] });
const two = (script: string): string =>
  one(script) +
  instance({ ...V, vrid: 8, addresses: ['10.77.1.99'], more: ofInstance('W', script) })
    .replace('vrrp_instance V', 'vrrp_instance W')
    .replace('eth0', 'eth1');

const step = (until: string, act: Step['act'] = () => undefined): Step => ({ until, act });
const link = (name: string, state: 'up' | 'down', until: string): Step =>
  step(until, ({ segment }) => segment.run('a', 'ip', 'link', 'set', name, state));
const betterPeer = (until: string): Step => step(until, ({ startPeer }) => startPeer());
const peerResigns = (until: string): Step => step(until, ({ stopPeer }) => stopPeer());

const DELETED = [
  ['no notify_deleted', () => ''],
  ['notify_deleted', () => 'notify_deleted'],
  ['a script for notify_deleted', (script: string) => `notify_deleted "${script} V deleted"`],
] as const;

function onlyW({ router, segment }: World): void {
  const notify = ofInstance('W', path.join(segment.folder, 'notify.sh'));
  const conf = instance({ ...V, vrid: 8, more: notify }).replace('vrrp_instance V', 'vrrp_instance W');
  router.reload(globals(segment) + conf);
}

/** Starts with eth1 of host a down. */
export const SERIES: readonly Series[] = [
  { name: 'it takes over and is stopped', conf: one, steps: [step('INSTANCE "V" MASTER 100')] },
  {
    name: 'it is stopped as backup',
    conf: (script) => one(script, { advertInt: 20 }),
    steps: [step('INSTANCE "V" BACKUP 100')],
  },
  {
    name: 'a better peer comes and resigns',
    conf: one,
    steps: [
      step('INSTANCE "V" MASTER 100'),
      betterPeer('INSTANCE "V" BACKUP 100'),
      peerResigns('INSTANCE "V" MASTER 100'),
    ],
  },
  {
    name: 'its interface goes down and comes up, and then its cable is cut',
    conf: one,
    steps: [
      step('INSTANCE "V" MASTER 100'),
      link('eth0', 'down', 'INSTANCE "V" FAULT 100'),
      link('eth0', 'up', 'INSTANCE "V" MASTER 100'),
      step('INSTANCE "V" FAULT 100', ({ segment }) => segment.cable('a', 'cut')),
    ],
  },
  {
    name: 'it starts with a fault that goes away',
    conf: (script) => one(script, {}, 'track_interface {', '  eth1', '}'),
    steps: [step('INSTANCE "V" FAULT 100'), link('eth1', 'up', 'INSTANCE "V" MASTER 100')],
  },
  {
    name: 'it owns its addresses, and is MASTER from the start',
    conf: (script) => one(script, { priority: 255 }).replace('state BACKUP', 'state MASTER'),
    steps: [step('INSTANCE "V" MASTER 255')],
  },
  {
    name: 'it is to be MASTER and does not own its addresses',
    conf: (script) => one(script).replace('state BACKUP', 'state MASTER'),
    steps: [step('INSTANCE "V" MASTER 100')],
  },
  {
    name: 'as master it hears a lower priority',
    conf: one,
    steps: [
      step('INSTANCE "V" MASTER 100'),
      step('INSTANCE "V" MASTER_RX_LOWER_PRI 100', ({ segment }) => sendAdvert(segment, 'b', LOWER, '10.77.0.2')),
    ],
  },
  {
    name: 'its priority changes',
    conf: (script) =>
      `vrrp_track_file F {\n  file ${script}.number\n  weight 1\n  init_file 0 overwrite\n}\n` +
      one(script, {}, 'notify_priority_changes true', 'track_file {', '  F weight 1', '}'),
    steps: [
      step('INSTANCE "V" MASTER 100'),
      step('INSTANCE "V" MASTER_PRIORITY 120', ({ segment }) =>
        writeFileSync(path.join(segment.folder, 'notify.sh.number'), '20\n'),
      ),
    ],
  },
  {
    name: 'a sync group changes as a whole',
    conf: (script) =>
      `vrrp_sync_group G {\n  group {\n    V\n    W\n  }\n  ${scripts('G', script).join('\n  ')}\n}\n${two(script)}`,
    steps: [
      step('GROUP "G" FAULT 0'),
      link('eth1', 'up', 'GROUP "G" MASTER 0'),
      betterPeer('GROUP "G" BACKUP 0'),
      peerResigns('GROUP "G" MASTER 0'),
      link('eth1', 'down', 'GROUP "G" FAULT 0'),
      link('eth1', 'up', 'GROUP "G" MASTER 0'),
    ],
  },
  ...DELETED.map(([how, word]): Series => ({
    name: `it is taken out of the file, with ${how}`,
    conf: (script) => one(script, {}, word(script)),
    steps: [step('INSTANCE "V" MASTER 100'), step('INSTANCE "W" MASTER 100', onlyW)],
  })),
];

/** The common start of every configuration. */
export function globals(segment: Segment): string {
  return `global_defs {\n  script_user root\n  vrrp_notify_fifo ${path.join(segment.folder, 'fifo')}\n}\n`;
}
