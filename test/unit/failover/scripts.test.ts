import { describe, expect, test } from 'vitest';
import { arm, inject } from '../../../src/failover/arming.ts';
import { type Fault, isPossible, type NotPossible } from '../../../src/failover/fault.ts';
import { cutCable } from '../../../src/failover/faults/cable.ts';
import { stopDaemon } from '../../../src/failover/faults/daemon.ts';
import { stopWeb } from '../../../src/failover/faults/web.ts';
import { faultsProbe } from '../../../src/observe/fault-facts.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { planProbe, probeCommand } from '../../../src/failover/probe.ts';
import { cleanUp, putBack } from '../../../src/failover/put-back.ts';
import { recallWatch, watchClient, watchDirector } from '../../../src/failover/watch.ts';
import { lines } from '../../../src/remote/command.ts';
import { grammar, SHELLS } from '../../support/shells.ts';
import { clusterOf, directorOf } from './cluster.ts';

const cluster = clusterOf();
const [service] = cluster.virtualServers;
const [member] = service?.pool ?? [];
if (service === undefined || member === undefined) throw new Error('no service');
const dr1 = directorOf(cluster, 'dr1');
const facts = { engine: 'keepalived', systemd: true, interface: 'eth0', macs: [] };

function possible(answer: Fault | NotPossible): Fault {
  if (isPossible(answer)) return answer;
  throw new Error(answer.reason);
}

const TOKEN = '5c0f9a4e-0000-4000-8000-000000000001';
const all = (fault: Fault) => lines([arm(fault, TOKEN), inject(fault, TOKEN), putBack(fault, TOKEN)]);

const scripts = {
  'daemon.sh': all(possible(stopDaemon(cluster, dr1, facts))),
  'cable.sh': all(possible(cutCable(cluster, dr1, facts, 8))),
  'web.sh': all(possible(stopWeb(service, member, { unit: 'nginx.service', systemd: true, why: '' }))),
  'clean-up.sh': cleanUp(),
  'faults-probe.sh': faultsProbe(80),
  'watch.sh': lines([watchDirector(300), watchClient('192.168.168.12', 300), recallWatch()]),
  'probe.sh': probeCommand(planProbe(DEFAULT_OPTIONS, '192.168.168.12', 80, 300)),
};

describe.each(Object.entries(scripts))('%s', (name, command) => {
  test('is what it was', async () => {
    await expect(`${command.script}\n`).toMatchFileSnapshot(`golden/${name}`);
  });

  test.each(SHELLS)('can be read by $name', (shell) => {
    expect(grammar(shell, command.script)).toBe('');
  });
});
