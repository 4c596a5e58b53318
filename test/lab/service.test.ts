import { afterAll, describe, expect, it } from 'vitest';
import { lines } from '../../src/remote/command.ts';
import { type ServiceWant, service } from '../../src/resources/service.ts';
import { surroundings } from '../support/surroundings.ts';
import { onHost } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

const UNIT = 'lvsctl-test-crash.service';
const FILE = `/run/systemd/system/${UNIT}`;

const want = (given: Partial<ServiceWant>): ServiceWant => ({
  kind: 'service',
  unit: UNIT,
  reloadOn: [],
  restartOn: [],
  disruptive: false,
  ...given,
});

/** Writes the unit, which accepts any reload. */
const write = (start: string): string =>
  `printf '[Service]\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh -c "${start}"\nExecReload=/bin/true\nRestart=always\nRestartSec=100ms\n' > ${FILE}; systemctl daemon-reload`;

const READY = 'systemd-notify --ready; exec sleep';

describe('a unit in a crash loop', () => {
  useCluster();
  afterAll(() => onHost('rs1', `systemctl stop ${UNIT}; rm -f ${FILE}; systemctl daemon-reload`));

  // What a deploy planned while the unit was between two lives, and what became of it when its turn came.
  it.each([
    [
      'the new unit file, where the former process has just started',
      want({ restartOn: [FILE] }),
      `${READY} 700`,
      'active',
    ],
    [
      'the new configuration, where the former process is about to crash',
      want({ reloadOn: [FILE] }),
      'sleep 5; exit 1',
      'activating',
    ],
  ])('runs with %s', async (_name, wanted, former, state) => {
    const diff = service.diff(wanted, { load: 'loaded', active: 'activating', enabled: 'static', pending: undefined });
    if (diff === undefined) throw new Error('nothing to do');
    const { script } = lines(service.steps(wanted, diff, surroundings()));
    await onHost(
      'rs1',
      `${write(former)}; systemctl stop ${UNIT}; systemctl --no-block start ${UNIT}
n=0; until [ "$(systemctl is-active ${UNIT})" = ${state} ]; do n=$((n + 1)); [ $n -lt 50 ] || exit 1; sleep 0.1; done
${write(`${READY} 600`)}
set -e
${script}`,
    );
    expect(await onHost('rs1', `systemctl is-active ${UNIT}; pgrep -fxc 'sleep 600'`)).toBe('active\n1');
  });
});
