import { describe, expect, it } from 'vitest';
import { takeoversDue } from '../../../src/verify/takeover.ts';
import { type Host, evidenceHeld } from './holders.ts';

const inventory = (instance: string): string => `vip: 192.168.168.12
directors: [192.168.168.100, 192.168.168.107, 192.168.168.108]
real_servers: [192.168.168.102]
client: 192.168.168.200
vrrp_instance: {virtual_router_id: 51, ${instance}}
`;

const DUAL = `vip: [192.168.168.12, "fd00::12"]
directors: [{address: 192.168.168.100, addresses: "fd00::100"}, {address: 192.168.168.107, addresses: "fd00::107"}]
real_servers: [{address: 192.168.168.102, addresses: "fd00::102"}]
client: 192.168.168.200
`;

const holds = { holds: ['192.168.168.12 eth0'] };

describe('a takeover is due', () => {
  it.each<readonly [string, string, Readonly<Record<string, Host>>, readonly string[]]>([
    ['not while the director of the highest priority is owner', inventory(''), { dr1: holds }, []],
    ['from a director of lower priority', inventory(''), { dr3: holds }, ['VI_1: dr3 to dr1 in 4.0 s']],
    ['later with longer intervals', inventory('advert_int: 10'), { dr2: holds }, ['VI_1: dr2 to dr1 in 31.1 s']],
    ['after preempt_delay', inventory('preempt_delay: 20'), { dr2: holds }, ['VI_1: dr2 to dr1 in 24.0 s']],
    ['not with nopreempt', inventory('nopreempt: true'), { dr2: holds }, []],
    [
      'to the next director, where the first is in FAULT',
      inventory(''),
      { dr1: { states: { VI_1: 'FAULT' } }, dr3: holds },
      ['VI_1: dr3 to dr2 in 4.0 s'],
    ],
    ['not without an owner, which is a failure of verify', inventory(''), {}, []],
    ['not with two, which is one too', inventory(''), { dr2: holds, dr3: holds }, []],
    [
      'in twice the time in a sync group',
      DUAL,
      { dr2: { holds: ['192.168.168.12 eth0', 'fd00::12 eth0'] } },
      ['VI_1: dr2 to dr1 in 7.0 s', 'VI_1_6: dr2 to dr1 in 7.0 s'],
    ],
  ])('%s', async (_name, text, hosts, expected) => {
    const due = takeoversDue(await evidenceHeld(text, hosts));
    expect(
      due.map(({ instance, from, to, seconds }) => `${instance}: ${from} to ${to} in ${seconds.toFixed(1)} s`),
    ).toEqual(expected);
  });

  it('not to a director whose engine does not run', async () => {
    const evidence = await evidenceHeld(inventory(''), { dr3: holds });
    const stopped = [...evidence.observations].map(([name, state]) => {
      const service = new Map(name === 'dr1' ? [] : state.have.service);
      return [name, { ...state, have: { ...state.have, service } }] as const;
    });
    const [due] = takeoversDue({ ...evidence, observations: new Map(stopped) });
    expect(due?.to).toBe('dr2');
  });
});
