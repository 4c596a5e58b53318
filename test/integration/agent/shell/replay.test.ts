import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConf } from '../../../../src/keepalived/read-conf.ts';
import type { Conf } from '../../../../src/keepalived/model/conf.ts';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { Engine } from '../../../../src/agent/shell/engine.ts';
import type { MachineEvent } from '../../../../src/agent/shell/machine.ts';
import { Recorder } from '../../../../src/agent/shell/record/recorder.ts';
import { replay } from '../../../../src/agent/shell/record/replay.ts';

const TEXT = `
global_defs {
  router_id dr1
  vrrp_version 3
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 1
  virtual_ipaddress {
    192.0.2.100/24
  }
}
virtual_server 192.0.2.100 80 {
  delay_loop 2
  lb_algo wrr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.2 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
  real_server 192.0.2.3 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}
`;

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-replay-'));
  file = path.join(folder, 'recording');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configuration(): Conf {
  const source = { main: 'a.conf', read: () => [{ name: 'a.conf', text: TEXT }] };
  const { conf, diagnostics } = readConf(source, { configId: undefined, hostname: 'dr1', tls: false });
  expect(diagnostics).toEqual([]);
  if (conf === undefined) throw new Error('the configuration is rejected');
  return conf;
}

function beginning(conf: Conf): readonly MachineEvent[] {
  const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
  const addresses = [{ address: '192.0.2.1', prefix: 24, scope: 'global' }];
  const link = { name: 'eth0', index: 2, mac, mtu: 1500, up: true, running: true, addresses };
  return [
    { core: 'health', event: { kind: 'start', at: 0, conf: conf.check, kernel: [], seed: 7, flush: false } },
    { core: 'vrrp', event: { kind: 'start', at: 0.25, conf: conf.vrrp, links: [link] } },
  ];
}

/** Feeds a recording engine, as in the agent. */
function record(events: readonly MachineEvent[], ends: boolean): string {
  const recorder = new Recorder(nodeSys([]), file, { host: 'dr1', files: [{ name: 'a.conf', text: TEXT }] }, (reason) =>
    expect.unreachable(reason),
  );
  const engine = new Engine({
    perform: () => undefined,
    taken: (event) => recorder.take(event),
    done: (effects) => recorder.done(effects),
    mistake: (error) => expect.unreachable(String(error)),
  });
  for (const event of events) engine.feed(event);
  if (ends) recorder.end(engine.state);
  return readFileSync(file, 'utf8');
}

const happening: fc.Arbitrary<(at: number) => MachineEvent> = fc.oneof(
  fc
    .tuple(fc.constantFrom('advert', 'down', 'garp'), fc.constantFrom('VI_1', 'VI_9'))
    .map(([kind, name]) => (at: number): MachineEvent => ({
      core: 'vrrp',
      event: { kind: 'timer', at, id: `${kind}:${name}` },
    })),
  fc.uint8Array({ maxLength: 24 }).map((payload) => (at: number): MachineEvent => {
    const packet = { interface: 'eth0', family: 'ipv4', source: '192.0.2.2', destination: '224.0.0.18' } as const;
    return { core: 'vrrp', event: { kind: 'received', at, ...packet, hops: 255, payload } };
  }),
  fc.integer({ min: 1, max: 3 }).map((id) => (at: number): MachineEvent => ({
    core: 'health',
    event: { kind: 'timer', at, id: String(id) },
  })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([id, well]) => (at: number): MachineEvent => {
    const result = well ? { passed: true as const, weight: undefined } : { passed: false as const, reason: 'refused' };
    return { core: 'health', event: { kind: 'probed', at, id: String(id), result } };
  }),
);

it('replays a recording with the same result', () => {
  const conf = configuration();
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const events = [...beginning(conf), ...happenings.map((make, index) => make(1000.125 * (index + 1)))];
      const { hash, recorded, events: count } = replay(record(events, true));
      expect(hash).toBe(recorded);
      expect(count).toBe(events.length);
    }),
    { numRuns: 30 },
  );
});

it('detects an additional event or a different state by the hash', () => {
  const events = beginning(configuration());
  const timer: MachineEvent = { core: 'vrrp', event: { kind: 'timer', at: 4000, id: 'down:VI_1' } };
  const later: MachineEvent = { core: 'vrrp', event: { kind: 'timer', at: 4000.5, id: 'down:VI_1' } };
  const hashes = [events, [...events, timer], [...events, later]].map((all) => replay(record(all, true)).hash);
  expect(new Set(hashes).size).toBe(3);
});

it('replays a truncated recording', () => {
  const whole = record(beginning(configuration()), false);
  const { events, recorded } = replay(whole.slice(0, -20));
  expect(events).toBe(1);
  expect(recorded).toBeUndefined();
});

it('makes a recording readable by its owner only', () => {
  record([], true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('rejects other files', () => {
  expect(() => replay('hello\nworld\n')).toThrow(SyntaxError);
  expect(() => replay('{"kind":"event","event":null}\n')).toThrow('missing header');
});

it('reports a failure to record once and continues', () => {
  const reasons: string[] = [];
  const nowhere = path.join(folder, 'absent/recording');
  const recorder = new Recorder(nodeSys([]), nowhere, { host: 'dr1', files: [] }, (reason) => reasons.push(reason));
  const [event] = beginning(configuration());
  if (event === undefined) throw new Error('no event');
  expect(recorder.take(event)).toEqual(event);
  expect(reasons).toEqual(['no such file or directory (ENOENT)']);
  expect(existsSync(nowhere)).toBe(false);
});

it('refuses a symbolic link and does not touch its target', () => {
  const other = path.join(folder, 'other');
  writeFileSync(other, 'kept');
  symlinkSync(other, file);
  const reasons: string[] = [];
  const sys = nodeSys([]);
  new Recorder(sys, file, { host: 'dr1', files: [] }, (reason) => reasons.push(reason)).take({
    core: 'health',
    event: { kind: 'start', at: 0, conf: configuration().check, kernel: [], seed: 7, flush: false },
  });
  expect(reasons).toEqual([expect.stringMatching(/symbolic links/)]);
  expect(readFileSync(other, 'utf8')).toBe('kept');
});
