import { expect, it } from 'vitest';
import { type LogEntry, logLevel, logText } from '../../../src/agent/core/messages/log.ts';
import { type Alert, mailBody, mailSubject } from '../../../src/agent/core/messages/mail.ts';

const ENTRIES: readonly (readonly [LogEntry, string])[] = [
  [{ code: 'vrrp-reloaded' }, 'notice: VRRP configuration reloaded'],
  [{ code: 'startup-delay-expired' }, 'info: startup delay expired'],
  [
    { code: 'became-master', instance: 'VI_1', reason: { code: 'silent', master: '10.0.0.2', interval: 1000 } },
    'notice: (VI_1) becomes MASTER: master 10.0.0.2 is silent (advertisement interval 1000 ms)',
  ],
  [
    {
      code: 'became-fault',
      instance: 'VI_1',
      faults: [
        { code: 'interface-down', interface: 'eth0' },
        { code: 'script-fails', name: 'chk', member: 'VI_2' },
      ],
    },
    'warning: (VI_1) becomes FAULT: interface eth0 is down; sync group member VI_2: script chk fails',
  ],
  [
    {
      code: 'advert-dropped',
      instance: 'VI_1',
      source: '10.0.0.2',
      drop: { code: 'hops', hops: 1, least: 255, most: 255 },
    },
    'warning: (VI_1) dropping advert from 10.0.0.2: its TTL or hop limit is 1, not 255. Check for a router or tunnel in between, or forged adverts.',
  ],
  [
    {
      code: 'advert-dropped',
      instance: 'VI_1',
      source: '10.0.0.2',
      drop: { code: 'hops', hops: 1, least: 250, most: 254 },
    },
    'warning: (VI_1) dropping advert from 10.0.0.2: its TTL or hop limit is 1, not within 250 to 254. Check for a router or tunnel in between, or forged adverts.',
  ],
  [
    { code: 'own-advert', instance: 'VI_1', source: '10.0.0.1', drop: { code: 'own' } },
    'info: (VI_1) dropping advert from 10.0.0.1: it has our own source address. Check for a network loop or another host with this address.',
  ],
  [
    { code: 'taking-over', instance: 'VI_1', master: '10.0.0.2', priority: 50, own: 100, delay: 2500 },
    'info: (VI_1) master 10.0.0.2 has priority 50, ours is 100: taking over after preempt_delay of 2.5 s',
  ],
  [
    {
      code: 'real-down',
      real: '[192.0.2.1]:tcp:80',
      virtual: 'FWM 1',
      cause: { code: 'checker', checker: 'TCP_CHECK', failure: { code: 'probe', reason: 'connection refused' } },
    },
    'warning: real server [192.0.2.1]:tcp:80 of FWM 1 is down: TCP_CHECK: connection refused',
  ],
  [
    { code: 'quorum-lost', virtual: 'FWM 1', weight: 1, quorum: 2, hysteresis: 1, sorry: '192.0.2.9' },
    'warning: virtual server FWM 1 has no quorum: live weight 1, quorum 2 with a hysteresis of 1; using sorry server 192.0.2.9',
  ],
];

it.each(ENTRIES)('words log entry %j', (entry, line) => {
  expect(`${logLevel(entry)}: ${logText(entry)}`).toBe(line);
});

const ALERTS: readonly (readonly [Alert, string, string])[] = [
  [
    {
      code: 'instance-state',
      router: 'dr1',
      instance: 'VI_1',
      state: 'FAULT',
      faults: [{ code: 'interface-down', interface: 'eth0' }],
    },
    '[dr1] VRRP instance VI_1 is FAULT',
    'The instance cannot hold its virtual addresses because something it depends on has failed.\n\ninterface eth0 is down',
  ],
  [
    { code: 'group-state', router: 'dr1', group: 'G', state: 'MASTER' },
    '[dr1] VRRP group G is MASTER',
    'The group holds its virtual addresses on this host.',
  ],
  [
    { code: 'real-state', entry: { code: 'real-up', real: 'A', virtual: 'B' } },
    'Real server A of virtual server B is UP',
    'Real server A of B is up.',
  ],
  [
    {
      code: 'virtual-state',
      entry: { code: 'quorum-lost', virtual: 'B', weight: 0, quorum: 1, hysteresis: 0, sorry: undefined },
    },
    'Virtual server B is DOWN',
    'Virtual server B has no quorum: live weight 0, quorum 1.',
  ],
];

it.each(ALERTS)('words mail %j', (alert, subject, body) => {
  expect(mailSubject(alert)).toBe(subject);
  expect(mailBody(alert)).toBe(body);
});
