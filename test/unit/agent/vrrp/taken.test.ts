import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeAdvert, packAddresses } from '../../../../src/agent/core/vrrp/packet.ts';
import type { VrrpEvent } from '../../../../src/agent/core/vrrp/event.ts';
import { instanceTable } from '../../../../src/agent/core/vrrp/state.ts';
import { vrrpStatus } from '../../../../src/agent/core/vrrp/status.ts';
import { effectText } from './effect-text.ts';
import { conf, instance, link, virtual } from './sample.ts';
import { World } from './world.ts';

const OURS = ['10.0.0.100', '10.0.0.101'];
const PEER = { address: '10.0.0.2', min_ttl: 254, max_ttl: 255 };
const one = (change: Parameters<typeof instance>[0]) =>
  conf({ vrrp_instance: [instance({ virtual_ipaddress: OURS.map((address) => virtual(address)), ...change })] });
/** Configurations to reload between; each drops packets that another accepts. */
const CONFS = [
  one({ version: 3 }),
  one({ version: 3, skip_check_adv_addr: true }),
  one({ version: 3, unicast_peer: [PEER], check_unicast_src: true }),
  one({ version: 2, authentication: { auth_type: 'PASS', auth_pass: 'secret' } }),
  one({ version: 3, priority: 150, preempt_delay: 3000, virtual_ipaddress: [virtual('10.0.0.100')] }),
];

/** Few enough variants that packets repeat, exactly or nearly. */
const packet = fc
  .record({
    version: fc.constantFrom(2 as const, 3 as const),
    priority: fc.constantFrom(0, 100, 120, 200),
    addresses: fc.constantFrom(OURS, [...OURS].reverse(), ['10.0.0.100'], ['10.0.0.100', '10.0.0.9']),
    authData: fc.constantFrom(...['secret\0\0', 'other\0\0\0'].map((text) => new TextEncoder().encode(text))),
    source: fc.constantFrom('10.0.0.2', '10.0.0.3', '10.0.0.1'),
    destination: fc.constantFrom('224.0.0.18', '10.0.0.1'),
    hops: fc.constantFrom(255, 254, 64),
    broken: fc.constantFrom(-1, -1, -1, 5, 7),
  })
  .map(({ version, priority, addresses, authData, source, destination, hops, broken }) => {
    const path = { family: 'ipv4', source, destination } as const;
    const said = { version, vrid: 51, priority, interval: 1000, addresses: packAddresses(addresses), authData };
    const payload = encodeAdvert({ ...said, authType: version === 2 ? 1 : 0 }, path);
    payload.forEach((byte, index) => (payload[index] = index === broken ? byte ^ 1 : byte));
    return { kind: 'received', interface: 'eth0', ...path, hops, payload } as const;
  });
/** Mostly valid packets, and the same bytes over another path. */
const likely = fc
  .record({
    from: fc.constantFrom('10.0.0.2', '10.0.0.3'),
    to: fc.constantFrom('224.0.0.18', '224.0.0.18', '10.0.0.1'),
    addresses: fc.constantFrom(OURS, OURS, ['10.0.0.9', '10.0.0.8']),
    way: fc.constantFrom({}, {}, {}, { source: '10.0.0.4' }, { destination: '10.0.0.5' }, { hops: 64 }),
  })
  .map(({ from, to, addresses, way }) => {
    const path = { family: 'ipv4', source: from, destination: to } as const;
    const said = { version: 3, vrid: 51, priority: 120, interval: 1000, authType: 0, authData: undefined } as const;
    const payload = encodeAdvert({ ...said, addresses: packAddresses(addresses) }, path);
    return { kind: 'received', interface: 'eth0', ...path, hops: 255, payload, ...way } as const;
  });
const other = fc.oneof(
  fc.constantFrom(...CONFS).map((next) => ({ kind: 'reload', conf: next }) as const),
  fc.constantFrom('10.0.0.1', '10.0.0.2').map((address) => {
    const addresses = [{ address, prefix: 24, scope: 'global' }];
    return { kind: 'link', link: link({ addresses }) } as const;
  }),
);
const happening = fc.oneof(
  { weight: 6, arbitrary: packet },
  { weight: 6, arbitrary: likely },
  { weight: 1, arbitrary: other },
);

/** Clears the fast path. */
function forget(world: World): void {
  const instances = [...world.state.instances.values()].map((each) => ({ ...each, taken: undefined }));
  world.state = { ...world.state, instances: instanceTable(instances) };
}

it('judges a repeated packet as if it were new', () => {
  let repeated = 0;
  fc.assert(
    fc.property(
      fc.nat(CONFS.length - 1),
      fc.array(fc.tuple(fc.nat(1500), happening), { minLength: 20, maxLength: 60 }),
      (index, all) => {
        const [cached, uncached] = [new World(), new World()];
        const give = (event: VrrpEvent): void => {
          forget(uncached);
          expect(cached.give(event).map(effectText)).toEqual(uncached.give(event).map(effectText));
          expect(vrrpStatus(cached.state)).toEqual(vrrpStatus(uncached.state));
        };
        give({ kind: 'start', at: 0, conf: CONFS[index] ?? conf(), links: [link()] });
        for (const [ms, event] of all) {
          const at = cached.now + ms;
          for (const world of [cached, uncached]) world.pass(at, () => {});
          const before = cached.state.instances.get('VI_1');
          give({ ...event, at });
          const after = cached.state.instances.get('VI_1');
          const isTaken = after?.counters.received !== before?.counters.received;
          if (isTaken && before?.taken !== undefined && after?.taken === before.taken) repeated++;
        }
      },
    ),
    { numRuns: 600, seed: 7 },
  );
  // Ensures that the fast path was exercised.
  expect(repeated).toBeGreaterThan(100);
});
