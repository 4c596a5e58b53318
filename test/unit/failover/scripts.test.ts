import { describe, expect, it } from 'vitest';
import { arm, inject } from '../../../src/failover/arming.ts';
import { type Fault, isPossible, type NotPossible } from '../../../src/failover/fault.ts';
import { cutCable } from '../../../src/failover/faults/cable.ts';
import { stopDaemon } from '../../../src/failover/faults/daemon.ts';
import { stopWeb } from '../../../src/failover/faults/web.ts';
import { faultsProbe } from '../../../src/observe/fault-facts.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { planProbe, probeCommand } from '../../../src/failover/probe.ts';
import { askedService } from '../../../src/failover/service.ts';
import { cleanUp, putBack } from '../../../src/failover/put-back.ts';
import { recallWatch, watchClient, watchDirector } from '../../../src/failover/watch.ts';
import type { InitSystem } from '../../../src/platforms/init-system.ts';
import { lines, sh } from '../../../src/remote/command.ts';
import { grammar, SHELLS } from '../../support/shells.ts';
import { systemd } from '../../../src/platforms/systemd.ts';
import { choiceIn, clusterOf, FACTS, takeoverIn } from './cluster.ts';

const cluster = clusterOf();
const [service] = cluster.virtualServers;
const [member] = service?.pool ?? [];
if (service === undefined || member === undefined) throw new Error('no service');

function possible(answer: Fault | NotPossible): Fault {
  if (isPossible(answer)) return answer;
  throw new Error(answer.reason);
}

const TOKEN = '5c0f9a4e-0000-4000-8000-000000000001';
const all = (fault: Fault) => lines([arm(fault, TOKEN), inject(fault, TOKEN), putBack(fault, TOKEN)]);

const scripts = {
  'daemon.sh': all(possible(stopDaemon(choiceIn(cluster), takeoverIn(cluster)))),
  'cable.sh': all(possible(cutCable(choiceIn(cluster), takeoverIn(cluster)))),
  'web.sh': all(possible(stopWeb(service, member, { unit: 'nginx.service', init: systemd, why: '' }))),
  'clean-up.sh': cleanUp(),
  'faults-probe.sh': faultsProbe({ port: 80, addresses: ['192.168.168.102', '192.168.168.12'] }),
  'watch.sh': lines([watchDirector(300), watchClient('192.168.168.12', 300), recallWatch()]),
  'probe.sh': probeCommand(planProbe(DEFAULT_OPTIONS, askedService(cluster, undefined), 300)),
};

describe.each(Object.entries(scripts))('%s', (name, command) => {
  it('matches its golden file', async () => {
    await expect(`${command.script}\n`).toMatchFileSnapshot(`golden/${name}`);
  });

  it.each(SHELLS)('can be read by $name', (shell) => {
    expect(grammar(shell, command.script)).toBe('');
  });
});

describe('another init system', () => {
  const said = (words: string) => sh`rc ${words.split(' ')}`;
  const other: InitSystem = {
    ...systemd,
    id: 'rc',
    detect: sh`[ -d /run/rc ]`,
    show: () => said('show'),
    enable: () => said('enable'),
    disable: () => said('disable'),
    start: () => said('start'),
    reload: () => said('reload'),
    restart: () => said('restart'),
    reloadRunning: () => said('reload running'),
    requestStop: (unit) => said(`stop ${unit}`),
    listStopped: (unit) => sh`units=${unit}`,
    startAll: sh`rc start $units`,
    requireActive: sh`rc active $units`,
    kill: () => said('kill'),
    freeze: () => said('freeze'),
    thaw: () => said('thaw'),
    messages: () => said('messages'),
    membership: sh`:`,
    unitOf: () => undefined,
    jobs: {
      program: 'rc-at',
      run: (name) => said(`run ${name}`),
      runLater: (name, seconds) => said(`later ${name} ${seconds}`),
      cancel: (names) => said(`cancel ${names.join(' ')}`),
      inspect: (name) => `rc status ${name}`,
    },
    unitFiles: { ...systemd.unitFiles, folder: '/etc/rc/' },
  };

  it.each([
    ['daemon', stopDaemon(choiceIn(cluster), takeoverIn(cluster, { ...FACTS, init: other }))],
    ['cable', cutCable(choiceIn(cluster), takeoverIn(cluster, { ...FACTS, init: other }))],
    ['web', stopWeb(service, member, { unit: 'nginx', init: other, why: '' })],
  ])('runs and undoes the fault %s without systemd', (name, fault) => {
    const { script } = all(possible(fault));
    expect(script).not.toMatch(/systemctl|systemd/);
    expect(script).toContain(`rc later lvsctl-failover-undo-${name}`);
  });
});
