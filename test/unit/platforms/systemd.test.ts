import { describe, expect, it } from 'vitest';
import { systemd } from '../../../src/platforms/systemd.ts';
import type { Command } from '../../../src/remote/command.ts';

const { jobs } = systemd;

describe('systemd', () => {
  it.each<[string, Command, string]>([
    ['queues a stop', systemd.requestStop('web.service'), 'systemctl --no-block stop web.service'],
    ['kills a unit', systemd.kill('web.service'), 'systemctl kill --signal=KILL web.service'],
    ['freezes a unit', systemd.freeze('web.service'), 'systemctl freeze web.service'],
    ['thaws a unit', systemd.thaw('web.service'), 'systemctl thaw web.service'],
    ['runs a job', jobs.run('j', ['/bin/sh', '/run/a b']), "systemd-run --quiet --unit=j /bin/sh '/run/a b'"],
    [
      'runs a job later, until it succeeds',
      jobs.runLater('j', 2.5, ['true']),
      'systemd-run --quiet --unit=j --on-active=2.5 --timer-property=AccuracySec=100ms --property=Restart=on-failure --property=RestartSec=5 true',
    ],
    [
      'cancels jobs and forgets that they failed',
      jobs.cancel(['j', 'k-*']),
      `systemctl stop j.timer j.service 'k-*.timer' 'k-*.service' 2>/dev/null
systemctl reset-failed j.timer j.service 'k-*.timer' 'k-*.service' 2>/dev/null`,
    ],
  ])('%s', (_name, command, expected) => {
    expect(command.script).toBe(expected);
  });
});
