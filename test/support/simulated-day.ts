import { readConf } from '../../src/keepalived/read-conf.ts';
import type { Conf } from '../../src/keepalived/model/conf.ts';
import { nodeSys } from '../../src/agent/host-node/node-sys.ts';
import { Engine } from '../../src/agent/shell/engine.ts';
import type { MachineEffect, MachineEvent } from '../../src/agent/shell/machine.ts';
import { Recorder } from '../../src/agent/shell/record/recorder.ts';
import { rawAdvert } from './raw-advert.ts';

/** The peer, with a higher priority than our first router. */
const PEER = '192.0.2.9';
const ADVERT = rawAdvert({ version: 2, vrid: 1, priority: 150, addresses: ['192.0.2.100'], interval: 1 }, PEER);

interface Coming {
  readonly at: number;
  readonly event: MachineEvent;
}

const text = (weight: number): string => `
vrrp_script chk {
  script "/bin/true"
  interval 30
  weight -60
}
vrrp_instance A {
  interface eth0
  virtual_router_id 1
  priority 100
  virtual_ipaddress {
    192.0.2.100/24
  }
}
vrrp_instance B {
  interface eth0
  virtual_router_id 2
  priority 150
  virtual_ipaddress {
    192.0.2.101/24
  }
  track_script {
    chk
  }
}
virtual_server 192.0.2.100 80 {
  delay_loop 6
  lb_algo wrr
  lb_kind DR
  protocol TCP
${[2, 3].map((host) => `  real_server 192.0.2.${host} 80 {\n    weight ${weight}\n    TCP_CHECK {\n      connect_timeout 1\n    }\n  }`).join('\n')}
}
`;

function configuration(weight: number): {
  readonly conf: Conf;
  readonly files: readonly { readonly name: string; readonly text: string }[];
} {
  const files = [{ name: 'a.conf', text: text(weight) }];
  const { conf, diagnostics } = readConf(
    { main: 'a.conf', read: () => files },
    { configId: undefined, hostname: 'dr1', tls: false },
  );
  if (conf === undefined) throw new Error(JSON.stringify(diagnostics));
  return { conf, files };
}

/** Statistics of a simulation, apart from its recording. */
export interface Simulated {
  readonly events: number;
  readonly becameMaster: number;
  readonly tableChanges: number;
}

/**
 * Records `seconds` of an agent in simulated time: a peer that is master of the first router and at times silent, a
 * real server that fails now and then, a script that fails at night, a cable that is cut every hour, and a reload every
 * two. Events occur at the instants requested by the cores, or a prime number of seconds after the previous one.
 */
export function recordSimulated(file: string, seconds: number): Simulated {
  const { conf, files } = configuration(1);
  const recorder = new Recorder(nodeSys([]), file, { host: 'dr1', files }, (reason) => {
    throw new Error(reason);
  });
  const due = new Map<string, Coming>();
  const soon: Coming[] = [];
  let now = 0;
  let events = 0;
  let becameMaster = 0;
  let tableChanges = 0;

  const perform = ({ core, effect }: MachineEffect): void => {
    if (effect.kind === 'timer')
      due.set(`${core} ${effect.id}`, { at: effect.due, event: timer(core, effect.due, effect.id) });
    if (effect.kind === 'cancel') due.delete(`${core} ${effect.id}`);
    if (effect.kind === 'became' && effect.state === 'MASTER') becameMaster += 1;
    if (effect.kind === 'ipvs') tableChanges += effect.changes.length;
    if (effect.kind === 'run-check')
      soon.push({
        at: now + 3,
        event: {
          core: 'vrrp',
          event: { kind: 'script', at: now + 3, name: effect.name, failed: now % 20_000_000 < 600_000 },
        },
      });
    if (effect.kind === 'probe') {
      const down =
        effect.checker.kind === 'TCP_CHECK' && effect.checker.connect_ip === '192.0.2.3' && now % 7_000_000 < 300_000;
      const result = down
        ? { passed: false as const, reason: 'connection refused' }
        : { passed: true as const, weight: undefined };
      soon.push({
        at: now + 1,
        event: { core: 'health', event: { kind: 'probed', at: now + 1, id: effect.id, result } },
      });
    }
  };
  const engine = new Engine({
    perform,
    taken: (event) => recorder.take(event),
    done: (effects) => recorder.done(effects),
    mistake: (error) => {
      throw error;
    },
  });
  const feed = (event: MachineEvent): void => {
    events += 1;
    engine.feed(event);
  };

  feed({ core: 'health', event: { kind: 'start', at: 0, conf: conf.check, kernel: [], seed: 7, flush: false } });
  feed({ core: 'vrrp', event: { kind: 'start', at: 0, conf: conf.vrrp, links: [link(true)] } });
  for (let second = 1; second <= seconds; second += 1) {
    const end = second * 1000;
    for (let next = first(due, soon, end); next !== undefined; next = first(due, soon, end)) {
      now = Math.max(now, next.at);
      feed(next.event);
    }
    now = end;
    // Silent for ten seconds every quarter of an hour.
    if (second % 907 > 10) feed(advertOfPeer(end));
    if (second % 3607 === 0) feed({ core: 'vrrp', event: { kind: 'link', at: end, link: link(false) } });
    if (second % 3607 === 20) feed({ core: 'vrrp', event: { kind: 'link', at: end, link: link(true) } });
    if (second % 7207 === 0) {
      const again = configuration(1 + (second % 5)).conf;
      feed({ core: 'health', event: { kind: 'reload', at: end, conf: again.check, kernel: [] } });
      feed({ core: 'vrrp', event: { kind: 'reload', at: end, conf: again.vrrp } });
    }
  }
  recorder.end(engine.state);
  return { events, becameMaster, tableChanges };
}

function timer(core: 'vrrp' | 'health', at: number, id: string): MachineEvent {
  return core === 'vrrp' ? { core, event: { kind: 'timer', at, id } } : { core, event: { kind: 'timer', at, id } };
}

/** Removes and returns the earliest entry, if it is before `end`. */
function first(due: Map<string, Coming>, soon: Coming[], end: number): Coming | undefined {
  const [id, earliest] = [...due].reduce<readonly [string, Coming | undefined]>(
    (best, [id, one]) => (best[1] === undefined || one.at < best[1].at ? [id, one] : best),
    ['', undefined],
  );
  const index = soon.reduce((best, one, index) => (best < 0 || one.at < (soon[best]?.at ?? 0) ? index : best), -1);
  const answer = soon[index];
  if (answer !== undefined && answer.at < end && (earliest === undefined || answer.at <= earliest.at))
    return soon.splice(index, 1)[0];
  if (earliest === undefined || earliest.at >= end) return undefined;
  due.delete(id);
  return earliest;
}

function link(running: boolean) {
  const addresses = [{ address: '192.0.2.1', prefix: 24, scope: 'global' }];
  return { name: 'eth0', index: 2, mac: Uint8Array.of(2, 0, 0, 0, 0, 1), mtu: 1500, up: true, running, addresses };
}

function advertOfPeer(at: number): MachineEvent {
  const path = { family: 'ipv4', source: PEER, destination: '224.0.0.18' } as const;
  return { core: 'vrrp', event: { kind: 'received', at, interface: 'eth0', ...path, hops: 255, payload: ADVERT } };
}
