import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runit } from '../../../src/platforms/runit.ts';
import { type Command, lines, sh } from '../../../src/remote/command.ts';
import { renderTemplate } from '../../../src/render/template.ts';
import { UNPACK, downloadPackages } from '../../support/deb-packages.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// The programs of runit, with the services of lvsctl, but without a boot.
describe('runit', () => {
  let root: ThrowawayRoot;
  beforeAll(async () => {
    root = await throwawayRoot(downloadPackages(['runit']));
    done(`${UNPACK}
mkdir -p /etc/sv /etc/runit/runsvdir/default && ln -sfn default /etc/runit/runsvdir/current
setsid runsvdir -P /etc/service </dev/null >/dev/null 2>&1 &
echo $! > /run/runsvdir.pid`);
  });
  afterAll(() => {
    root.run('kill -HUP "$(cat /run/runsvdir.pid)"');
    root.end();
  });

  function done(command: Command | string): string {
    const { exitCode, stdout, stderr } = root.run(
      typeof command === 'string'
        ? command
        : sh`set -e
${command}`,
    );
    expect(exitCode, `${stdout}${stderr}`).toBe(0);
    return stdout;
  }

  const shown = (unit: string): string => root.run(runit.show([unit])).stdout.trim();
  const state = (unit: string, active: 'active' | 'inactive', enabled: 'enabled' | 'disabled') =>
    `Names=${unit}\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${enabled}`;
  const place = (unit: string, text: string): Command => {
    const path = runit.unitFiles.folder + runit.unitFiles.file(unit);
    return sh`mkdir -p ${path.slice(0, path.lastIndexOf('/'))} && printf %s ${text} > ${path} && chmod 755 ${path}`;
  };

  it('does not know a service without a folder', () => {
    expect(shown('none.service')).toBe('Names=none.service\nLoadState=not-found');
  });

  describe('the service of a method', () => {
    const UNIT = 'lvs-dr.service';
    beforeAll(() => {
      const view = { name: 'rs1', cluster: 'test', service: 'lvs-dr', script: '/usr/local/sbin/lvs.dr.sh' };
      const script = renderTemplate(runit.unitFiles.templates.script(UNIT), {
        ...view,
        title: 'virtual addresses',
        services: 'nginx apache2',
        after: '',
      });
      const method = renderTemplate('usr/local/sbin/lvs.dr.sh', {
        name: 'rs1',
        cluster: 'test',
        vips: '192.0.2.12',
        is_director: '',
        sysctls: '',
      });
      done(
        lines([
          place(UNIT, script),
          sh`printf %s ${method} > /usr/local/sbin/lvs.dr.sh; chmod 755 /usr/local/sbin/lvs.dr.sh`,
        ]),
      );
    });

    it('has the address on lo while it is active', () => {
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'disabled'));
      done(runit.enable(UNIT));
      done(runit.start(UNIT, false));
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'enabled'));
      expect(done('ip -o address show dev lo')).toContain('192.0.2.12/32');
      done('ip address del 192.0.2.12/32 dev lo');
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'enabled'));
      done(runit.restart(UNIT));
      expect(done('ip -o address show dev lo')).toContain('192.0.2.12/32');
      done(runit.disableAtBoot(UNIT));
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'disabled'));
      done(runit.disable(UNIT));
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'disabled'));
      expect(done('ip -o address show dev lo')).not.toContain('192.0.2.12/32');
    });

    it('keeps the address at a shutdown', () => {
      done(runit.enable(UNIT));
      done(runit.start(UNIT, false));
      done(
        'mkdir -p /run/runit; : > /run/runit/stopit; chmod 100 /run/runit/stopit; sv -w 10 force-stop /etc/service/lvs-dr',
      );
      expect(done('ip -o address show dev lo')).toContain('192.0.2.12/32');
      done('rm /run/runit/stopit');
      done(runit.start(UNIT, false));
      done(runit.disable(UNIT));
    });
  });

  describe('the service of the agent', () => {
    const UNIT = 'lvs-agent.service';
    // It answers `status` while it runs, and writes what reaches it.
    const AGENT = `#!/bin/sh
[ "$1" != status ] || exec test -e /run/lvs-agent/status
trap 'echo reloaded >> /tmp/agent' HUP
trap 'rm -f /run/lvs-agent/status; exit 0' TERM
echo started >> /tmp/agent
: > /run/lvs-agent/status
while :; do sleep 0.1; done`;
    beforeAll(() => {
      const script = renderTemplate(runit.unitFiles.templates.agent(UNIT), { name: 'dr1', cluster: 'test' });
      done(
        lines([
          place(UNIT, script),
          sh`printf '%s\\n' ${AGENT} > /usr/local/sbin/lvs-agent; chmod 755 /usr/local/sbin/lvs-agent`,
        ]),
      );
    });

    it('starts it again when it is killed, until it is stopped', () => {
      done(sh`exec 8>/tmp/lock
flock 8
${runit.enable(UNIT)}
${runit.start(UNIT, false)}`);
      done('flock --nonblock /tmp/lock true');
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'enabled'));
      done(runit.reload(UNIT));
      done('until grep -q reloaded /tmp/agent; do sleep 0.1; done');
      const unit = done(sh`pid=$(pgrep -of 'lvs-agent -f')
${runit.membership}`);
      expect(runit.unitOf(unit.trim())).toBe(UNIT);
      done(runit.kill(UNIT));
      done('until [ "$(grep -c started /tmp/agent)" = 2 ]; do sleep 0.1; done');
      done(runit.freeze(UNIT));
      expect(done(`sed "s/.*) //; s/ .*//" /proc/$(pgrep -of 'lvs-agent -f')/stat`)).toBe('T\n');
      done(runit.thaw(UNIT));
      done(sh`refuse() { echo "refused: $*"; exit 1; }
${runit.listStopped(UNIT)}
[ "$units" = ${UNIT} ]`);
      done(runit.disable(UNIT));
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'disabled'));
      expect(done("pgrep -f 'lvs-agent -f' || :")).toBe('');
    });

    it('leaves nothing of a service whose file was removed', () => {
      done('rm /etc/sv/lvs-agent/run');
      const forget = runit.unitFiles.forget?.('lvs-agent/run') ?? sh`false`;
      done(forget);
      expect(done('ls /etc/service /etc/sv')).not.toContain('lvs-agent');
    });
  });
});
