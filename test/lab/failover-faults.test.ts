import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ARTICLE, ROOT, type Ended, type Running, lvsctl, onHost, restarted, startLvsctl } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

type Fault = 'daemon' | 'cable' | 'web';

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-faults-'));

/** Checks that are this quick leave the web server's fault a short deadline. Only the test reads it; nothing is deployed. */
const QUICK = path.join(folder, 'quick.yml');

/** The line that is printed once it is broken, and the host that it is done to. A report of its failure has other lines. */
const FAULTS: Readonly<Record<Fault, { readonly host: string; readonly injected: string }>> = {
  daemon: { host: 'dr1', injected: '\ndaemon: keepalived stopped on dr1\n' },
  cable: { host: 'dr1', injected: '\ncable: cable of dr1 cut (eth0 down)\n' },
  web: { host: 'rs1', injected: '\nweb: nginx stopped on rs1\n' },
};

const args = (fault: Fault): readonly string[] => [
  'failover-test',
  ...ARTICLE,
  '-i',
  QUICK,
  '--yes',
  '--rate',
  '10',
  '--cut',
  '1',
  '--fault',
  fault,
];

const literal = (text: string): RegExp => new RegExp(text.replaceAll(/[()]/g, '\\$&'));

/** A test that stops itself (SIGSTOP) when it has printed some words. */
function frozenAt(words: string, fault: Fault): Running {
  const stop = pathToFileURL(path.join(ROOT, 'test/support/stop-at.js')).href;
  const run = startLvsctl(args(fault), { env: { NODE_OPTIONS: `--import=${stop}`, LVSCTL_TEST_STOP_AT: words } });
  undo.push(async () => run.signal('SIGKILL'));
  return run;
}

/** Starts a test and ends it without a chance to undo anything, as soon as it has broken something. */
async function killedDuring(fault: Fault): Promise<Ended> {
  const run = frozenAt(FAULTS[fault].injected, fault);
  await run.seen(literal(FAULTS[fault].injected));
  run.signal('SIGKILL');
  return run.ended;
}

/** Runs a shell command on a host until it succeeds, or for a minute. */
const awaited = (host: string, command: string): Promise<string> =>
  onHost(host, `n=0; until ${command}; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done`);

const note = (fault: Fault, what: string): string => `/run/lvsctl-failover/${fault}.${what}`;

async function expectServing(): Promise<void> {
  const { exitCode, output } = await lvsctl(['verify', ...ARTICLE, '--wait', '60']);
  expect(output).toContain('checks passed');
  expect(exitCode, output).toBe(0);
}

/** What a test does to a host, to be taken back after it whatever comes. */
const undo: (() => Promise<unknown>)[] = [];

async function onHostForNow(host: string, script: string, back: string): Promise<void> {
  undo.push(() => onHost(host, back));
  await onHost(host, script);
}

useCluster();
beforeAll(() => {
  const checks = '{ nb_get_retry: 1, delay_before_retry: 1 }';
  writeFileSync(
    QUICK,
    `virtual_servers:
  - { vip: 192.168.168.12, port: 80, delay_loop: 1 }
real_servers:
  - { name: rs1, address: 192.168.168.102, tcp_check: ${checks} }
  - { name: rs2, address: 192.168.168.103, tcp_check: ${checks} }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  while (undo.length > 0) await undo.pop()?.();
});

describe('a host undoes by itself', () => {
  it.each([
    ['daemon', 'timer'],
    ['cable', 'itself'],
  ] as const)('the fault "%s", by its deadline, when lvsctl is killed', async (fault, by) => {
    const { host } = FAULTS[fault];
    const { output } = await killedDuring(fault);
    const deadline = Number(/within (\d+) s/.exec(output)?.[1]);
    await expectServing();
    await awaited(host, `[ ! -e ${note(fault, 'undo')} ]`);
    const [began = '', undoneBy, undone] = (
      await onHost(host, `cat ${note(fault, 'began')} ${note(fault, 'undone')}`)
    ).split(/\s+/);
    expect(undoneBy).toBe(by);
    // A second attempt would come later than the tolerance.
    expect(Number(undone) - Number(began)).toBeLessThan(deadline + 5);
    await awaited(host, '[ -z "$(systemctl list-units --no-legend \'lvsctl-*\')" ]');
  });

  it('the fault "web" when lvsctl is killed, and retries until nothing prevents it any more', async () => {
    await killedDuring('web');
    const dropIn = '/run/systemd/system/nginx.service.d';
    const free = `rm -rf ${dropIn}; systemctl daemon-reload`;
    await onHostForNow(
      'rs1',
      `mkdir -p ${dropIn}; printf '[Service]\\nExecStartPre=/bin/false\\n' > ${dropIn}/broken.conf; systemctl daemon-reload`,
      free,
    );
    await awaited('rs1', "journalctl -u lvsctl-failover-undo-web -o cat | grep -q 'not undone yet: nginx.service is'");
    expect(await onHost('rs1', `systemctl is-active nginx || ls ${note('web', 'undo')}`)).toMatch(/web\.undo$/);
    await onHost('rs1', free);
    await awaited('rs1', `[ ! -e ${note('web', 'undo')} ]`);
    expect(await onHost('rs1', `systemctl is-active nginx; cat ${note('web', 'undone')}`)).toMatch(/^active\ntimer /);
    await expectServing();
  });

  it('whatever was broken when it reboots, and the test says so', async () => {
    const run = frozenAt(FAULTS.daemon.injected, 'daemon');
    await run.seen(literal(FAULTS.daemon.injected));
    await restarted('dr1');
    run.signal('SIGCONT');
    const { output, exitCode } = await run.ended;
    expect(output).toContain('dr1 has no record of the fault any more: it has rebooted');
    // Connection lost; or the lock as well, which lives for 30 s, where a reboot takes longer.
    expect([4, 5], output).toContain(exitCode);
    expect(await onHost('dr1', 'systemctl is-active keepalived')).toBe('active');
    expect(await onHost('dr1', "systemctl list-units --all --no-legend 'lvsctl-*'")).toBe('');
    await expectServing();
  });
});

describe('a host refuses', () => {
  it('a fault that comes after its timer, from an lvsctl that slept', async () => {
    const started = 'systemctl show -p ActiveEnterTimestampMonotonic --value nginx';
    const before = await onHost('rs1', started);
    const run = frozenAt('within 21 s', 'web');
    await run.seen(/within 21 s/);
    await awaited('rs1', `[ ! -e ${note('web', 'undo')} ]`);
    run.signal('SIGCONT');
    const { output, exitCode } = await run.ended;
    // The lock lives for 30 s after the last beat; on a slow machine that may be over as well.
    expect(output.replaceAll(/\s+/g, ' ')).toMatch(
      /rs1: refused: the fault is no longer armed; the host has already undone it|rs1: the lock of this run has expired/,
    );
    expect([1, 5], output).toContain(exitCode);
    expect(await onHost('rs1', started)).toBe(before);
  });

  it('a fault whose notes it has no room for', async () => {
    const run = frozenAt('cable: waiting until', 'cable');
    await run.seen(/cable: waiting until/);
    await onHostForNow(
      'dr1',
      `df --output=size /run | tail -n 1 > /tmp/size
until mount -o "remount,size=$(($(df --output=used /run | tail -n 1)))k" /run; do :; done`,
      'mount -o "remount,size=$(($(cat /tmp/size)))k" /run',
    );
    run.signal('SIGCONT');
    const { output, exitCode } = await run.ended;
    expect(output.replaceAll(/\s+/g, ' ')).toMatch(/cable: not run: dr1: cannot write \S+; is \/run full\?/);
    expect(output).not.toContain(FAULTS.cable.injected);
    expect(exitCode, output).toBe(1);
  });
});

describe('a test', () => {
  it('gives back all that goes with a link: several gateways, nexthop objects, permanent neighbours', async () => {
    const state = 'ip route show table all; ip nexthop show; ip neigh show nud permanent; ip -o addr show';
    await onHostForNow(
      'dr1',
      `ip route add default nexthop via 192.168.168.102 dev eth0 weight 2 nexthop via 192.168.168.103 dev eth0
ip nexthop add id 10 via 192.168.168.103 dev eth0
ip nexthop add id 11 via 192.168.168.102 dev eth0
ip nexthop add id 12 group 10/11
ip route add 10.99.0.0/16 nhid 12
ip neigh add 192.168.168.222 lladdr 02:00:00:00:00:22 dev eth0 nud permanent`,
      `ip neigh del 192.168.168.222 dev eth0; ip route del 10.99.0.0/16; ip route del default; ip nexthop flush`,
    );
    const before = await onHost('dr1', state);
    const { output, exitCode } = await lvsctl(args('cable'));
    expect(exitCode, output).toBe(0);
    expect((await onHost('dr1', state)).split('\n').toSorted()).toEqual(before.split('\n').toSorted());
  });

  it('measures the same when the time of day is set meanwhile', async ({ skip }) => {
    const canSet = await onHost('dr1', 'date -s "@$(date +%s)" >/dev/null 2>&1 && echo yes || echo no');
    skip(canSet !== 'yes', 'the hosts of this lab may not set the clock');
    const uptime = 'read -r uptime idle < /proc/uptime; now=$(date +%s)';
    await onHostForNow(
      'dr1',
      `${uptime}; echo $((now - \${uptime%.*})) > /tmp/boot`,
      `${uptime}; date -s "@$(($(cat /tmp/boot) + \${uptime%.*}))" >/dev/null`,
    );
    const run = frozenAt(FAULTS.daemon.injected, 'daemon');
    await run.seen(literal(FAULTS.daemon.injected));
    await onHost('dr1', 'date -s "@$(($(date +%s) + 86400))" >/dev/null');
    run.signal('SIGCONT');
    await run.seen(/dr1 is restored/);
    await onHost('dr1', 'date -s "@$(($(date +%s) - 172800))" >/dev/null');
    const { output, exitCode } = await run.ended;
    expect(exitCode, output).toBe(0);
    const gap = Number(/longest gap +([0-9.]+) s/.exec(output)?.[1]);
    expect(gap).toBeLessThan(60);
  });

  it('that cannot clean up on a host in the end says where, why and what to do, and fails', async () => {
    const run = frozenAt(FAULTS.daemon.injected, 'daemon');
    await run.seen(literal(FAULTS.daemon.injected));
    const stuck = '/run/lvsctl-failover/stuck.undo';
    await onHostForNow('dr2', `echo 'echo "not undone yet: stuck" >&2; exit 1' > ${stuck}`, `rm -f ${stuck}`);
    run.signal('SIGCONT');
    const { stdout, stderr, exitCode } = await run.ended;
    expect(stderr).toMatch(/^dr2: cannot clean up after the test: not undone yet: stuck\n {2}The host keeps/m);
    expect(stdout).toContain('No success: dr2 could not be cleaned up.');
    expect(exitCode).toBe(1);
  });
});
