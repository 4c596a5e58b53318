import { expect, it } from 'vitest';
import { vrrpStatus } from '../../../../src/agent/core/vrrp/status.ts';
import { conf, instance, link, virtual } from './sample.ts';
import { World } from './world.ts';

const SECRET = 'geheim42';
const CONF = conf({
  vrrp_instance: [
    instance({
      authentication: { auth_type: 'PASS', auth_pass: SECRET },
      virtual_ipaddress: [virtual('10.0.0.100'), virtual('192.0.2.1', { dev: 'eth1', prefix: 24 })],
    }),
  ],
});

it('reports state, master, addresses and counters as JSON', () => {
  const world = new World();
  world.give({ kind: 'start', at: 0, conf: CONF, links: [link()] });
  world.pass(5000, () => {});
  const status = vrrpStatus(world.state);
  expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  expect(status.instances[0]).toMatchObject({
    name: 'VI_1',
    state: 'MASTER',
    since: 3609.375,
    priority: { effective: 100, base: 100 },
    master: { address: '10.0.0.1', priority: 100 },
    due: 5609.375,
    addresses: [
      { address: '10.0.0.100', prefix: 32, interface: 'eth0' },
      { address: '192.0.2.1', prefix: 24, interface: 'eth1' },
    ],
    holds: true,
    counters: { sent: 2, becameMaster: 1, releasedMaster: 0, received: 0, dropped: {} },
  });
});

it('never reveals auth_pass in status or logs', () => {
  const world = new World();
  const effects = [...world.give({ kind: 'start', at: 0, conf: CONF, links: [link()] })];
  world.pass(9000, (_, some) => effects.push(...some));
  effects.push(...world.give({ kind: 'stop', at: 9000 }));
  const words = effects.filter(({ kind }) => kind !== 'send');
  expect(JSON.stringify([vrrpStatus(world.state), words])).not.toContain(SECRET);
});

it('counts dropped adverts by reason', () => {
  const world = new World();
  world.give({ kind: 'start', at: 0, conf: CONF, links: [link()] });
  const packet = {
    kind: 'received',
    at: 10,
    interface: 'eth0',
    family: 'ipv4',
    source: '10.0.0.2',
    destination: '224.0.0.18',
    payload: Uint8Array.of(0x21, 51, 100, 0),
  } as const;
  world.give({ ...packet, hops: 255 });
  world.give({ ...packet, hops: 254 });
  world.give({ ...packet, hops: 254 });
  expect(vrrpStatus(world.state).instances[0]?.counters.dropped).toEqual({ length: 1, hops: 2 });
});
