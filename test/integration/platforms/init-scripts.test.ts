import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetUnit } from '../../../src/platforms/init-systems.ts';
import { openrc } from '../../../src/platforms/openrc.ts';
import { sysvinit } from '../../../src/platforms/sysvinit.ts';
import { type Command, lines, sh } from '../../../src/remote/command.ts';
import { renderTemplate } from '../../../src/render/template.ts';
import { firewallFiles } from '../../../src/render/firewall-script.ts';
import { hostWith } from '../../support/firewall-host.ts';
import { UNPACK, downloadPackages } from '../../support/deb-packages.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// The init scripts of Debian and of lvsctl, with the programs of each init system, but without a boot.

const OPENRC_FOLDERS =
  'daemons exclusive failed hotplugged inactive options scheduled started starting stopping stopped wasinactive tmp';

/** What a boot with OpenRC leaves, and the programs of its packages. */
const WITH_OPENRC = `${UNPACK}
touch /etc/insserv.conf; mkdir -p /etc/insserv.conf.d
for folder in ${OPENRC_FOLDERS}; do mkdir -p "/run/openrc/$folder"; done
echo default > /run/openrc/softlevel`;

/** In which a boot starts these services. */
const ORDER_OF_LINKS = `printf '%s\n' '$local_fs +mountall' '$network +networking' '$remote_fs $local_fs' '$syslog +rsyslog' > /etc/insserv.conf
for name in procps keepalived ufw nftables lvs-firewall; do update-rc.d "$name" defaults && update-rc.d "$name" enable || exit 1; done
for folder in /etc/rcS.d /etc/rc2.d; do ls "$folder"; done | sed -n 's/^S[0-9][0-9]//p' | grep -xE 'keepalived|ufw|nftables|lvs-firewall'`;
const ORDER_OF_OPENRC = `for name in keepalived ufw nftables lvs-firewall; do rc-update -q add "$name" default; done
/usr/lib/rc/bin/rc-depend -u >/dev/null 2>&1
/usr/lib/rc/bin/rc-depend -t ineed,iuse,iafter lvs-firewall keepalived nftables ufw | tr ' ' '\n' | sed '/^$/d'`;

/** Of a firewall that starts in the same runlevel. */
const NFTABLES = `#!/bin/sh
### BEGIN INIT INFO
# Provides: nftables
# Required-Start: $local_fs
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop:
### END INIT INFO
`;

describe.each([
  { init: sysvinit, packages: ['insserv', 'ufw'], prepare: UNPACK, order: ORDER_OF_LINKS },
  { init: openrc, packages: ['openrc', 'librc1', 'libeinfo1', 'ufw'], prepare: WITH_OPENRC, order: ORDER_OF_OPENRC },
])('$init.title', ({ init, packages, prepare, order }) => {
  let root: ThrowawayRoot;
  beforeAll(async () => {
    root = await throwawayRoot(downloadPackages(packages));
    done(prepare);
  });
  afterAll(() => root.end());

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

  function shown(unit: string): string {
    return root.run(init.show([unit])).stdout.trim();
  }

  const state = (unit: string, active: 'active' | 'inactive', enabled: 'enabled' | 'disabled') =>
    `Names=${unit}\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${enabled}`;

  const KEEPALIVED = 'keepalived.service';

  /** Its main process and its children. */
  function processes(): readonly string[] {
    return root.run('pgrep -x keepalived | sort -n').stdout.trim().split('\n');
  }

  describe('keepalived, whose script of Debian has no `status`', () => {
    beforeAll(() => {
      done(`rm -f /etc/rc?.d/???keepalived
ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up && ip address add 192.0.2.1/24 dev eth0 || exit 1
cat > /etc/keepalived/keepalived.conf <<'CONF'
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 192.0.2.12 }
}
CONF`);
    });

    it('is started, enabled, reloaded and restarted', () => {
      expect(shown(KEEPALIVED)).toBe(state(KEEPALIVED, 'inactive', 'disabled'));
      done(init.enable(KEEPALIVED));
      done(init.start(KEEPALIVED, false));
      expect(shown(KEEPALIVED)).toBe(state(KEEPALIVED, 'active', 'enabled'));
      const [first] = processes();
      done(init.reload(KEEPALIVED));
      done(init.start(KEEPALIVED, false));
      expect(processes()[0]).toBe(first);
      done(init.start(KEEPALIVED, true));
      expect(processes()[0]).not.toBe(first);
    });

    it('does not hold locks of what has started it', () => {
      done(sh`exec 8>/tmp/changes 9>/tmp/faults
flock 8
flock 9
${init.restart(KEEPALIVED)}`);
      for (const lock of ['/tmp/changes', '/tmp/faults']) done(sh`flock --nonblock ${lock} true`);
    });

    it('is frozen and thawed with its children', () => {
      const states = 'for pid in $(pgrep -x keepalived); do sed "s/.*) //; s/ .*//" /proc/$pid/stat; done | sort -u';
      done(init.freeze(KEEPALIVED));
      expect(root.run(states).stdout).toBe('T\n');
      done(init.thaw(KEEPALIVED));
      expect(root.run(states).stdout).not.toContain('T');
    });

    it('is stopped by a fault and started again', () => {
      const saved = done(sh`refuse() { echo "refused: $*"; exit 1; }
${init.listStopped(KEEPALIVED)}
echo "$units"`);
      expect(saved).toBe(`${KEEPALIVED}\n`);
      done(init.requestStop(KEEPALIVED));
      done('while pgrep -x keepalived >/dev/null; do sleep 0.1; done');
      const active = sh`missing() { echo "$*"; return 1; }
units=${KEEPALIVED}
verify() {
${init.requireActive}
}
verify`;
      expect(root.run(active).stdout).toContain('keepalived does not run');
      done(sh`units=${KEEPALIVED}
exec 8>/tmp/lock 9>/tmp/lock
${init.startAll}`);
      done(active);
      expect(done('ls -l /proc/$(cat /run/keepalived.pid)/fd')).not.toContain('/tmp/lock');
    });

    it('is killed with its children', () => {
      done(init.kill(KEEPALIVED));
      done('while pgrep -x keepalived >/dev/null; do sleep 0.1; done');
      expect(shown(KEEPALIVED)).toBe(state(KEEPALIVED, 'inactive', 'enabled'));
      done(init.start(KEEPALIVED, false));
    });

    it('is stopped and disabled', () => {
      done(init.disable(KEEPALIVED));
      expect(shown(KEEPALIVED)).toBe(state(KEEPALIVED, 'inactive', 'disabled'));
      expect(processes()).toEqual(['']);
    });

    it('is refused as a fault unless it runs and starts at boot', () => {
      const { stdout } = root.run(sh`refuse() { echo "refused: $*"; exit 1; }
${init.listStopped(KEEPALIVED)}`);
      expect(stdout).toBe('refused: keepalived is not running.\n');
    });

    it('prints its messages when it does not start', () => {
      const { exitCode, stderr } = root.run(sh`echo 'x keepalived: bad configuration' > /var/log/syslog
echo 'exit 0' > /etc/init.d/broken; chmod 755 /etc/init.d/broken
cp /etc/init.d/keepalived /etc/init.d/keepalived.saved
printf '#!/bin/sh\n' > /etc/init.d/keepalived
sleep() { :; }
${init.start(KEEPALIVED, false)}`);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('keepalived: bad configuration');
      done('mv -f /etc/init.d/keepalived.saved /etc/init.d/keepalived; rm /etc/init.d/broken');
    });
  });

  describe('the init script of a method', () => {
    const UNIT = 'lvs-dr.service';

    beforeAll(() => {
      const view = { name: 'rs1', cluster: 'test', service: 'lvs-dr', script: '/usr/local/sbin/lvs.dr.sh' };
      const script = renderTemplate(init.unitFiles.templates.script(UNIT), {
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
      done(sh`printf %s ${script} > /etc/init.d/lvs-dr
printf %s ${method} > /usr/local/sbin/lvs.dr.sh
chmod 755 /etc/init.d/lvs-dr /usr/local/sbin/lvs.dr.sh`);
    });

    it('has the address on lo while it is active, and at boot only a start', () => {
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'disabled'));
      done(init.enable(UNIT));
      done(init.start(UNIT, false));
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'enabled'));
      expect(done('ip -o address show dev lo')).toContain('192.0.2.12/32');
      if (init === sysvinit) expect(done('ls /etc/rc?.d | grep lvs-dr | sort -u')).toMatch(/^S\d\dlvs-dr\n$/);
      done(init.reload(UNIT));
      done(init.disable(UNIT));
      expect(done('ip -o address show dev lo')).not.toContain('192.0.2.12/32');
    });
  });

  describe('the init script of rules in a firewall', () => {
    const UNIT = 'lvs-firewall.service';
    const rules = () => done('iptables -S INPUT');

    beforeAll(async () => {
      const { cluster, member } = await hostWith('server.iptables');
      const rule = 'iptables INPUT|-p tcp --dport 80|connections';
      for (const { path, text } of firewallFiles(cluster, member.host, { init }, [rule]))
        done(sh`printf %s ${text} > ${path}; chmod 755 ${path}`);
      done(sh`printf %s ${NFTABLES} > /etc/init.d/nftables; chmod 755 /etc/init.d/nftables; iptables -P INPUT DROP`);
    });

    it('has the rules in effect while it is active', () => {
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'disabled'));
      done(init.enable(UNIT));
      done(init.start(UNIT, false));
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'enabled'));
      done('iptables -F INPUT');
      done(init.reload(UNIT));
      expect(rules()).toContain('--dport 80 -m comment --comment "lvsctl: connections" -j ACCEPT');
      done(init.disable(UNIT));
      expect(rules()).toBe('-P INPUT DROP\n');
    });

    it('starts behind the firewall and before an engine', () => {
      const started = done(order).trim().split('\n');
      expect(started.slice(0, 2).toSorted()).toEqual(['nftables', 'ufw']);
      expect(started.slice(2)).toEqual(['lvs-firewall', 'keepalived']);
    });
  });

  describe('the init script of the agent', () => {
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
      const script = renderTemplate(init.unitFiles.templates.agent(UNIT), { name: 'dr1', cluster: 'test' });
      done(sh`printf %s ${script} > /etc/init.d/lvs-agent
printf '%s\\n' ${AGENT} > /usr/local/sbin/lvs-agent
chmod 755 /etc/init.d/lvs-agent /usr/local/sbin/lvs-agent`);
    });

    it('starts it again when it is killed, until it is stopped', () => {
      done(init.enable(UNIT));
      done(init.start(UNIT, false));
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'enabled'));
      done(init.reload(UNIT));
      done('until grep -q reloaded /tmp/agent; do sleep 0.1; done');
      done(init.kill(UNIT));
      done('until [ "$(grep -c started /tmp/agent)" = 2 ]; do sleep 0.1; done');
      expect(shown(UNIT)).toBe(state(UNIT, 'active', 'enabled'));
      done(init.restart(UNIT));
      done(init.disable(UNIT));
      expect(shown(UNIT)).toBe(state(UNIT, 'inactive', 'disabled'));
      expect(done('grep -c started /tmp/agent; pgrep -f lvs-agent || :')).toBe('3\n');
    });
  });

  describe('jobs', () => {
    const { jobs } = init;

    it('run in the background, later, and again until they succeed', () => {
      done(jobs.run('lvsctl-now', ['/bin/sh', '-c', 'echo ran > /tmp/now']));
      done(jobs.runLater('lvsctl-later', 0.2, ['/bin/sh', '-c', 'echo "a b" > /tmp/later']));
      done('until [ -s /tmp/now ] && [ -s /tmp/later ]; do sleep 0.1; done');
      done('while [ -e /run/lvsctl/jobs/lvsctl-later ]; do sleep 0.1; done');
    });

    it('are cancelled by name, or by the beginning of it', () => {
      done(jobs.runLater('lvsctl-undo-a', 1000, ['/bin/sh', '-c', 'echo > /tmp/never']));
      done(jobs.runLater('lvsctl-undo-b', 1000, ['/bin/sh', '-c', 'echo > /tmp/never']));
      done(jobs.runLater('lvsctl-other', 1000, ['true']));
      root.run(jobs.cancel(['lvsctl-undo-*', 'lvsctl-none']));
      expect(done('ls /run/lvsctl/jobs')).toBe('lvsctl-other\n');
      expect(done('pgrep -fc "^sleep 1000"').trim()).toBe('1');
      root.run(jobs.cancel(['lvsctl-other']));
      expect(done('ls /run/lvsctl/jobs')).toBe('');
    });
  });

  describe('messages in syslog', () => {
    it('are those of running processes, the latest first', () => {
      const line = (pid: number, text: string) => `Nov 28 01:00:00 dr1 Keepalived_vrrp[${pid}]: ${text}`;
      const log = [
        line(4_194_305, '(VI_1) Entering MASTER STATE'),
        line(1, 'VRRP_Instance(VI_2) Entering BACKUP STATE'),
        line(1, '(VI_1) Entering BACKUP STATE (init)'),
        line(1, '(VI_1) sending 5 gratuitous ARPs'),
        line(1, '(VI_1) Entering FAULT STATE'),
      ].join('\n');
      const messages = init.messages(
        'keepalived.service',
        'Keepalived_vrrp',
        'Entering (MASTER|BACKUP|FAULT) STATE',
        5,
      );
      expect(
        done(sh`printf '%s\\n' ${log} > /var/log/syslog; rm -f /var/log/messages /var/log/daemon.log
${messages}`).split('\n'),
      ).toEqual([
        '(VI_1) Entering FAULT STATE',
        '(VI_1) Entering BACKUP STATE (init)',
        'VRRP_Instance(VI_2) Entering BACKUP STATE',
        '',
      ]);
    });
  });

  it('leaves no link of a unit whose file was removed', () => {
    done(`printf '#!/bin/sh\\n### BEGIN INIT INFO\\n# Provides: mine\\n# Required-Start:\\n# Required-Stop:\\n# Default-Start: 2 3 4 5\\n# Default-Stop: 0 1 6\\n### END INIT INFO\\n' > /etc/init.d/mine
chmod 755 /etc/init.d/mine`);
    done(init.enable('mine.service'));
    done(init.disable('mine.service'));
    done('rm /etc/init.d/mine');
    done(lines(forgetUnit(init.id, '/etc/init.d/mine')));
    expect(root.run('ls /etc/rc?.d/*mine /etc/runlevels/*/mine 2>/dev/null').stdout).toBe('');
  });

  it('takes a service for stopped whose package was removed without its script', () => {
    done(`printf '#!/bin/sh\\nDAEMON=/usr/sbin/removed\\ntest -x $DAEMON || exit 0\\ncase $1 in status) exit 0 ;; esac\\n' > /etc/init.d/removed
chmod 755 /etc/init.d/removed`);
    expect(shown('removed.service')).toBe(state('removed.service', 'inactive', 'disabled'));
    done('cp /bin/true /usr/sbin/removed');
    expect(shown('removed.service')).toBe(state('removed.service', 'active', 'disabled'));
  });

  describe('a unit without a script', () => {
    it('is not found', () => {
      expect(shown('no-such.service')).toBe('Names=no-such.service\nLoadState=not-found');
    });
  });
});
