import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ARTICLE,
  LAB,
  ROOT,
  type Running,
  deployed,
  lvsctl,
  onHost,
  restarted,
  start,
  startLvsctl,
} from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-worst-'));
const DEPLOY = ['deploy', ...ARTICLE, '--yes'];

/** The article's cluster with something else on top of it. */
function changed(name: string, text: string): readonly string[] {
  const overlay = path.join(folder, `${name}.yml`);
  writeFileSync(overlay, text);
  return ['deploy', ...ARTICLE, '-i', overlay, '--yes'];
}

/**
 * Makes a deploy want to install something on c1, which lasts as long as the test wants: another program holds the lock
 * of the package manager until `packagesFree`, at the longest two minutes.
 */
async function packagesBusy(): Promise<void> {
  await onHost(
    'c1',
    `dpkg -P iputils-arping >/dev/null 2>&1
cat > /run/busy.pl <<'.'
use Fcntl;
open F, ">", "/var/lib/dpkg/lock-frontend" or die;
my $lock = pack "s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0;
fcntl F, F_SETLK, $lock or die $!;
open G, ">", "/run/busy"; close G;
for (1 .. 1200) { last unless -e "/run/busy"; select undef, undef, undef, 0.1; }
.
rm -f /run/busy
setsid perl /run/busy.pl </dev/null >/dev/null 2>&1 &
n=0; until [ -e /run/busy ]; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done`,
  );
}

const packagesFree = (): Promise<string> => onHost('c1', 'rm /run/busy');

/** Lets c1 go on, and waits until it has ended what a run left to it. */
const whatWasLeftEnded = (): Promise<string> => onHost('c1', 'rm /run/busy; flock -w 60 /run/lvsctl/running true');

/** Waits until no run holds a lease, by release or expiry. */
const lockFree = (host: string): Promise<string> =>
  onHost(
    host,
    `while read -r id expiry shell < /run/lvsctl/lease && read -r now idle < /proc/uptime && [ "$expiry" -gt "\${now%.*}" ]
do sleep 1; done 2>/dev/null`,
  );

const WAITING = /c1: Waiting for cache lock: process \d+ \(perl\)/;
const hasPackage = (): Promise<string> => onHost('c1', 'command -v arping >/dev/null && echo yes || echo no');

/** Makes a deploy want to change the backup's configuration. */
const editBackup = (): Promise<string> =>
  onHost('dr2', "sed -i 's/delay_loop 6/delay_loop 60/' /etc/keepalived/keepalived.conf");

const configuration = (host: string): Promise<string> => onHost(host, 'cat /etc/keepalived/keepalived.conf');
const daemon = (host: string): Promise<string> =>
  onHost(host, 'systemctl is-active keepalived && systemctl show -p MainPID --value keepalived');

/** A deploy on a terminal of its own, 80 columns wide, as a person has it. */
function atTerminal(): Running {
  const line = [process.execPath, path.join(ROOT, 'bin/lvsctl.js'), 'deploy', ...ARTICLE].join(' ');
  return start('script', ['-qec', `stty cols 80; ${line}`, '/dev/null'], { typed: true, env: { TERM: 'xterm' } });
}

/** A deploy while c1 is busy with what a run began that is gone: it says so, and what to do. */
async function expectBusyReportForC1(): Promise<void> {
  const { stderr, exitCode } = await lvsctl(DEPLOY);
  expect(stderr).toMatch(/^c1: process \d+ is still applying the changes of \S+ since .*: deploy /m);
  expect(stderr).toContain('run the same command again once it has ended');
  expect(exitCode).toBe(5);
}

/** The proof at the end of a deploy includes that nothing is left to do; a host may have done it all by itself. */
async function expectTheRestDone(): Promise<void> {
  const { exitCode, output } = await lvsctl(DEPLOY);
  expect(output).toMatch(/checks passed|No changes\./);
  expect(exitCode, output).toBe(0);
}

useCluster();

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await deployed();
});

describe('what a host refuses', () => {
  it('a keyword that keepalived does not know: the backup reports it, and no host is changed', async () => {
    const before = await Promise.all(['dr1', 'dr2'].flatMap((host) => [configuration(host), daemon(host)]));
    const ended = await lvsctl(changed('keyword', 'vrrp_instance:\n  raw: |\n    no_such_keyword 1\n'));
    expect(ended.stderr).toMatch(/^dr2: file \/etc\/keepalived\/keepalived\.conf: /m);
    expect(ended.stderr).toMatch(/Unknown keyword 'no_such_keyword'/);
    expect(ended.stdout).toContain('0 changes made, 1 failed');
    expect(ended.exitCode).toBe(1);
    const after = await Promise.all(['dr1', 'dr2'].flatMap((host) => [configuration(host), daemon(host)]));
    expect(after).toEqual(before);
    expect(await onHost('dr2', 'ls -A /etc/keepalived')).not.toContain('.lvsctl-');
    const former = await lvsctl(DEPLOY);
    expect(former.stdout).not.toContain('file ');
    expect(former.exitCode, former.output).toBe(0);
  });

  it('a full disk on a director: the old file stays whole, nothing is left beside it, a later deploy does it', async () => {
    await editBackup();
    const before = await configuration('dr2');
    await onHost(
      'dr2',
      `cp -a /etc/keepalived /run/kept && mount -t tmpfs -o size=4k,mode=755 none /etc/keepalived
cp -a /run/kept/keepalived.conf /etc/keepalived/ && rm -r /run/kept`,
    );
    const ended = await lvsctl(DEPLOY);
    expect(ended.stderr).toMatch(
      /^dr2: file \/etc\/keepalived\/keepalived\.conf: .*cannot be written: \/etc\/keepalived is 100% full$/m,
    );
    expect(ended.stderr).not.toContain('auth_pass');
    expect(ended.exitCode).toBe(1);
    expect(await configuration('dr2')).toBe(before);
    expect(await onHost('dr2', 'ls -A /etc/keepalived')).toBe('keepalived.conf');
    await onHost('dr2', 'umount /etc/keepalived');
    await expectTheRestDone();
  });

  it("a folder of packages that is empty: the host and apt's own words", async () => {
    await onHost(
      'c1',
      'dpkg -P iputils-arping >/dev/null && mkdir -p /run/empty && mount --bind /run/empty /mnt/Packages',
    );
    const ended = await lvsctl(DEPLOY);
    expect(ended.stderr).toMatch(/^c1: packages packages: E: Failed to fetch file:\/mnt\/Packages\S* +File not found/m);
    expect(ended.exitCode).toBe(1);
    await onHost('c1', 'umount /mnt/Packages');
    await expectTheRestDone();
  });
});

describe('two operators at once', () => {
  it('one proceeds, and the other is refused with the owner', async () => {
    await packagesBusy();
    const first = startLvsctl(DEPLOY);
    await first.seen(WAITING);
    const second = await lvsctl(DEPLOY);
    expect(second.stderr).toContain(`dr1: locked by ${userInfo().username}@${hostname()} since `);
    expect(second.stderr).toMatch(/: deploy .* \(ID [0-9a-f]{12}, expires in \d+ s\)$/m);
    expect(second.stderr).toMatch(/`lvsctl unlock [0-9a-f]{12}`/);
    expect(second.exitCode).toBe(5);
    await packagesFree();
    const { exitCode, stdout, output } = await first.ended;
    expect(stdout).toContain('1 change made.');
    expect(exitCode, output).toBe(0);
  });

  it('a second failover test is refused, and does not disturb the first', async () => {
    // Few requests, so that a slow lab serves two tests at once.
    const test = ['failover-test', ...ARTICLE, '--yes', '--rate', '5', '--fault', 'daemon', 'web'];
    const first = startLvsctl(test);
    await first.seen(/daemon: waiting until/);
    const second = await lvsctl(test);
    expect(second.stderr).toMatch(/^dr1: locked by \S+ since \S+: failover-test .* \(ID [0-9a-f]{12}, expires in/m);
    expect(second.output).not.toMatch(/put back|clean/);
    expect(second.exitCode).toBe(5);
    const { exitCode, output } = await first.ended;
    expect(output).toContain('dr1 is restored');
    expect(exitCode, output).toBe(0);
  });

  it('a run whose lock shell is killed on a host ends its wave and begins no other', async () => {
    await Promise.all([packagesBusy(), editBackup()]);
    const run = startLvsctl(DEPLOY);
    await run.seen(WAITING);
    await onHost(
      'dr1',
      `for p in /proc/[0-9]*; do
[ "$(tr '\\0' ' ' < $p/cmdline)" = '/bin/sh ' ] && [ "\${p#/proc/}" != $PPID ] && kill -9 "\${p#/proc/}" && killed=yes
done 2>/dev/null
[ "$killed" = yes ]`,
    );
    await packagesFree();
    const ended = await run.ended;
    expect(ended.stdout).toContain('1 change made, 2 skipped.');
    expect(ended.stderr).toMatch(/^dr1: the lock was lost: the command was ended by SIGKILL$/m);
    expect(ended.exitCode).toBe(5);
    expect(await configuration('dr2')).toContain('delay_loop 60');
    // The host still holds it for the run that is gone, as the next test waits for; breaking it is quicker.
    const id = await onHost('dr1', 'read -r id rest < /run/lvsctl/lease && echo "$id"');
    expect((await lvsctl(['unlock', id, ...ARTICLE, '--yes'])).stdout).toContain(`Broke lock ${id} on dr1.`);
    await expectTheRestDone();
  });

  it('a run that is frozen for longer than its lock lives loses it to another, and stops when it wakes', async () => {
    await Promise.all([packagesBusy(), editBackup()]);
    const first = startLvsctl(DEPLOY);
    await first.seen(WAITING);
    first.signal('SIGSTOP');
    await whatWasLeftEnded();
    await lockFree('dr1');
    await expectTheRestDone();
    first.signal('SIGCONT');
    const { stdout, stderr, exitCode } = await first.ended;
    expect(stdout).toContain('1 change made, 2 skipped.');
    expect(stderr).toMatch(/: the lock was lost: (no heartbeat was answered for \d+ s|it )/);
    expect(exitCode).toBe(5);
  });

  it('a lock can be broken with its ID, and with no other', async () => {
    await editBackup();
    await onHost(
      'dr1',
      `read -r now idle < /proc/uptime
printf 'cafe %s\\neve@desk since noon: deploy\\n' $((\${now%.*} + 600)) > /run/lvsctl/lease`,
    );
    const refused = await lvsctl(DEPLOY);
    expect(refused.stderr).toMatch(/^dr1: locked by eve@desk since noon: deploy \(ID cafe, expires in \d+ s\)$/m);
    expect(refused.exitCode).toBe(5);
    const other = await lvsctl(['unlock', 'beef', ...ARTICLE, '--yes']);
    expect(other.stderr).toMatch(
      /^No host holds a lock with ID beef\.\n {2}cafe is held by eve@desk since noon: deploy/m,
    );
    expect(other.exitCode).toBe(1);
    const unasked = await lvsctl(['unlock', 'cafe', ...ARTICLE]);
    expect(unasked.stderr).toContain('Pass --yes.');
    expect(unasked.exitCode).toBe(3);
    const broken = await lvsctl(['unlock', 'cafe', ...ARTICLE, '--yes']);
    expect(broken.stdout).toContain('Broke lock cafe on dr1.');
    expect(broken.exitCode, broken.output).toBe(0);
    await expectTheRestDone();
  });

  it('no other user of a host can see the lock, or hold it', async () => {
    expect(
      await onHost(
        'dr1',
        `setpriv --reuid 65534 --regid 65534 --clear-groups sh -c 'ls /run/lvsctl || flock -n /run/lvsctl/mutex true' 2>&1 || echo refused`,
      ),
    ).toMatch(/Permission denied[^]*refused$/);
  });

  it('what a killed run left at work is ended by the host, and then found done', async () => {
    await packagesBusy();
    const first = startLvsctl(DEPLOY);
    await first.seen(WAITING);
    first.signal('SIGKILL');
    await first.ended;
    await expectBusyReportForC1();
    await whatWasLeftEnded();
    expect(await hasPackage()).toBe('yes');
    await expectTheRestDone();
  });
});

describe('Ctrl-C', () => {
  const interrupted = async (run: Running, moment: RegExp) => {
    await run.seen(moment);
    run.signal('SIGINT');
    const ended = await run.ended;
    expect(ended.exitCode, ended.output).toBe(130);
    return ended;
  };

  it('while connecting: nothing was changed', async () => {
    const { stderr } = await interrupted(startLvsctl(DEPLOY), /connecting to/);
    expect(stderr).toContain('Interrupted while connecting. No changes made.');
  });

  it('in the first wave ends it and begins no other; the next deploy makes the rest', async () => {
    await Promise.all([packagesBusy(), editBackup()]);
    const run = startLvsctl(DEPLOY);
    const ending = interrupted(run, WAITING);
    await run.seen(/interrupted/);
    await packagesFree();
    const ended = await ending;
    expect(ended.stdout).toContain('1 change made, 2 skipped.');
    expect(ended.stderr).toContain('Run the command again to apply the remaining changes');
    expect(await hasPackage()).toBe('yes');
    expect(await configuration('dr2')).toContain('delay_loop 60');

    const verifying = await interrupted(startLvsctl(DEPLOY), /^verifying$/m);
    expect(verifying.stdout).toContain('2 changes made.');
    expect(verifying.stderr).toContain('Run `lvsctl verify`');
    expect((await lvsctl(['plan', ...ARTICLE])).stdout).toContain('No changes.');
  });

  it('between two waves', async () => {
    await Promise.all([onHost('rs1', 'systemctl stop nginx'), editBackup()]);
    const { stdout, stderr } = await interrupted(startLvsctl(DEPLOY), /checking rs1/);
    expect(stdout).toContain('1 change made, 2 skipped.');
    expect(stderr).toContain('Run the command again to apply the remaining changes');
    await expectTheRestDone();
  });

  it('twice exits at once, and the host finishes its step', async () => {
    await packagesBusy();
    const run = startLvsctl(DEPLOY);
    await run.seen(WAITING);
    run.signal('SIGINT');
    await run.seen(/interrupted/);
    run.signal('SIGINT');
    // The host is busy until released below: a run that waited for it would not end.
    const { exitCode, stderr } = await run.ended;
    expect(stderr).toContain('hosts finish the steps they have started');
    expect(exitCode).toBe(130);
    await expectBusyReportForC1();
    expect(await hasPackage()).toBe('no');
    await whatWasLeftEnded();
    expect(await hasPackage()).toBe('yes');
    await expectTheRestDone();
  });

  it('at the question changes nothing', async () => {
    await editBackup();
    const run = atTerminal();
    await run.seen(/Apply this plan to .*\?/);
    run.type('\u0003');
    const { exitCode, output } = await run.ended;
    expect(output).toContain('Interrupted. No changes made.');
    expect(exitCode).toBe(130);
    expect(await configuration('dr2')).toContain('delay_loop 60');
  });
});

describe('an answer at a terminal', () => {
  it('that comes after a host has changed is for another plan, and nothing is done', async () => {
    const run = atTerminal();
    await run.seen(/Apply this plan to .*\?/);
    await onHost('rs2', 'systemctl stop nginx');
    run.type('y\r');
    const { exitCode, output } = await run.ended;
    expect(output).toContain('rs2 changed after the plan was made. No changes made.');
    expect(exitCode).toBe(1);
    expect(await configuration('dr2')).toContain('delay_loop 60');
  });

  it('of yes is followed by rows for each wave that all end, and the proof', async () => {
    const run = atTerminal();
    await run.seen(/Apply this plan to .*\?/);
    run.type('y\r');
    const { exitCode, output } = await run.ended;
    expect(output).toMatch(/✔[^\n]*wave 1 of 2: real servers/);
    expect(output).toMatch(/✔[^\n]*wave 2 of 2: backup director dr2/);
    expect(output).toContain('checks passed');
    expect(exitCode, output).toBe(0);
  });
});

describe('a host that goes away', () => {
  it('its connection lost in the middle of a wave: the others are done, and the next deploy makes the rest', async () => {
    await Promise.all([packagesBusy(), onHost('rs1', 'systemctl stop nginx')]);
    const run = startLvsctl(DEPLOY);
    await run.seen(WAITING);
    // The sshd from which apt-get descends; a process of that name may be a child that ends at once.
    await onHost(
      'c1',
      `for p in /proc/[0-9]*; do
read -r name < $p/comm && [ "$name" = apt-get ] || continue
pid=\${p#/proc/}
while read -r _ name _ parent _ < /proc/$pid/stat && [ "$name" != '(sshd)' ]; do pid=$parent; done
[ "$name" = '(sshd)' ] && kill -9 $pid && exit
done 2>/dev/null
exit 1`,
    );
    const ended = await run.ended;
    expect(ended.stderr).toMatch(/^c1: .*connection.*\n {2}Once it is back, run the same command again/m);
    expect(ended.stdout).toContain('rs1: service nginx.service: done');
    expect(ended.stdout).toContain('1 change made, 1 failed.');
    expect(ended.exitCode).toBe(4);
    await whatWasLeftEnded();
    expect(await hasPackage()).toBe('yes');
    await expectTheRestDone();
  });

  it('a reboot in the middle of a deploy: it is named, and the next deploy makes the rest', async () => {
    await Promise.all([packagesBusy(), editBackup()]);
    const run = startLvsctl(DEPLOY);
    await run.seen(WAITING);
    await restarted('dr2');
    await packagesFree();
    const ended = await run.ended;
    expect(ended.stdout).toContain('c1: packages packages: done');
    expect(ended.stderr).toMatch(/^dr2: .*connection.*\n {2}Run the same command again/m);
    expect(ended.exitCode).toBe(4);
    await expectTheRestDone();
  });
});

describe('a host that is odd', () => {
  it('a login that talks, a shell without a path to anything, a full or read-only /tmp, and a clock a day off', async () => {
    await Promise.all([
      onHost(
        'rs1',
        `echo 'echo Welcome to this machine; PATH=/nowhere' | tee -a ~/.bashrc > ~/.profile; systemctl stop nginx`,
      ),
      onHost('rs2', 'usermod -s /bin/dash root; mount -t tmpfs -o ro none /tmp; systemctl stop nginx'),
      onHost('dr2', 'mount -t tmpfs -o size=4k none /tmp; head -c 4096 /dev/zero > /tmp/all'),
      editBackup(),
    ]);
    const aDayOff = `data:text/javascript,${encodeURIComponent('const now = Date.now; Date.now = () => now() + 86400000')}`;
    const ended = await lvsctl(DEPLOY, { env: { NODE_OPTIONS: `--import=${aDayOff}` } });
    await Promise.all([
      lvsctl(['lab', 'exec', '--name', LAB, 'rs1', '--', '/bin/rm', '/root/.bashrc', '/root/.profile']),
      onHost('rs2', 'usermod -s /bin/bash root; umount /tmp'),
      onHost('dr2', 'umount /tmp'),
    ]);
    expect(ended.output).toContain('checks passed');
    expect(ended.exitCode, ended.output).toBe(0);
  });
});
