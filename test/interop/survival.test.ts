import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capture, type Capture } from '../support/capture.ts';
import { eventually, instance, startRouter, type Instance, type Router } from '../support/router.ts';
import { openSegment, type Program, type Segment } from '../support/segment.ts';

// Clients must not notice when the agent on the master is killed or its files are damaged.

const VIP = '10.77.0.99';
const SECOND = '10.77.0.98';
const A = '02:77:00:00:00:01';

let segment: Segment;
let wire: Capture;
let watched: Program;

beforeEach(async () => {
  segment = openSegment(['a', 'b']);
  wire = await capture(segment);
  watched = segment.start('a', 'ip', '-o', 'monitor', 'address');
});
afterEach(async () => segment.close());

const conf = (more: Partial<Instance> = {}): string =>
  instance({ version: 3, priority: 200, advertInt: 1, addresses: [VIP], ...more });
const start = (host: string, text: string, ...flags: readonly string[]): Router =>
  startRouter(segment, host, 'agent', text, flags);
const removals = (): readonly string[] =>
  watched
    .output()
    .split('\n')
    .filter((line) => line.startsWith('Deleted'));
const others = async () => (await wire.adverts()).flatMap(({ from }) => (from === A ? [] : [from]));
/** The captured packets so far, for awaited conditions. */
const heardOfA = (vrid = 7) => wire.soFar().filter((one) => one.from === A && one.vrid === vrid);
const fromA = async (vrid = 7) => (await wire.adverts()).filter((one) => one.from === A && one.vrid === vrid);

interface Status {
  readonly problems: readonly string[];
  readonly configuration: { readonly reload: { readonly accepted: boolean; readonly said: readonly string[] } | null };
  readonly vrrp: { readonly instances: readonly { readonly name: string; readonly state: string }[] };
}
const statusOf = (router: Router): Status => router.status() as Status;
const stateOf = (router: Router, name = 'V'): string | undefined =>
  statusOf(router).vrrp.instances.find((one) => one.name === name)?.state;

async function master(text: string, ...flags: readonly string[]): Promise<Router> {
  const router = start('a', text, ...flags);
  await eventually('a is master', () => segment.holds('a', VIP) && heardOfA().length > 0);
  // Waits for the first advert, after which the state file is written.
  await sleep(300);
  return router;
}

/** Resolves after four more advertisements of an instance with an advert_int of 0.2 s. */
async function goesOn(): Promise<void> {
  const before = (await fromA()).length;
  await eventually('it goes on advertising', () => heardOfA().length >= before + 4);
  expectNoGap(await fromA());
}

/** A backup with an advert_int of 0.2 s takes over after three silent intervals and its skew (RFC 9568 §6.1). */
function expectNoGap(adverts: readonly { readonly at: number }[]): void {
  const gaps = adverts.slice(1).map(({ at }, index) => at - (adverts[index]?.at ?? at));
  expect(Math.max(...gaps)).toBeLessThan(600);
}

describe('after a crash', () => {
  it.each([1, 0.5])('keeps the address without another master at an advert_int of %d s', async (advertInt) => {
    const first = await master(conf({ advertInt }));
    const peer = start('b', conf({ advertInt, priority: 100 }));
    await eventually('b is backup', () => peer.program.output().includes('BACKUP'));
    await sleep(2 * advertInt * 1000);
    await first.stop('SIGKILL');
    const again = start('a', conf({ advertInt }));
    await eventually('it resumes', () => again.program.output().includes('MASTER'));
    await sleep(4 * advertInt * 1000);
    expect(stateOf(again)).toBe('MASTER');
    expect(removals()).toEqual([]);
    expect(await others()).toEqual([]);
  });

  it('exits with a message when out of memory, and the next agent resumes', async () => {
    const first = await master(conf());
    // Denies further memory.
    execFileSync('prlimit', ['--pid', String(first.program.pid), '--data=1']);
    await eventually('it is out of memory', () => {
      // Each status request allocates memory until one fails.
      try {
        first.status();
      } catch {}
      return first.program.output().includes('lvs-agent: out of memory: ');
    });
    expect(await first.program.ended).toBe(70);
    const again = start('a', conf());
    await eventually('it resumes', () => again.program.output().includes('MASTER'));
    expect(stateOf(again)).toBe('MASTER');
    expect(removals()).toEqual([]);
  });

  it('removes an address that is no longer configured and keeps the other', async () => {
    const first = await master(conf({ addresses: [VIP, SECOND] }));
    await first.stop('SIGKILL');
    expect(segment.holds('a', SECOND)).toBe(true);
    const again = start('a', conf());
    await eventually('the former address is gone', () => !segment.holds('a', SECOND));
    await eventually('it logs that', () => again.program.output().includes('resuming after a restart'));
    expect(removals().filter((line) => line.includes(` ${VIP}/`))).toEqual([]);
  });

  it('removes the addresses of an instance that is no longer configured', async () => {
    const other = conf({ vrid: 8, addresses: [SECOND] }).replace('vrrp_instance V', 'vrrp_instance W');
    const first = await master(conf() + other);
    await eventually('both are here', () => segment.holds('a', SECOND));
    await sleep(300);
    await first.stop('SIGKILL');
    start('a', conf());
    await eventually('the former address is gone', () => !segment.holds('a', SECOND));
    expect(segment.holds('a', VIP)).toBe(true);
    expect(removals().filter((line) => line.includes(` ${VIP}/`))).toEqual([]);
  });

  it('releases its address at once if the peer has taken over', async () => {
    const first = await master(conf({ advertInt: 0.2 }));
    start('b', conf({ advertInt: 0.2, priority: 100 }));
    await sleep(1000);
    await first.stop('SIGKILL');
    await eventually('b is master', () => segment.holds('b', VIP));
    const again = start('a', conf({ advertInt: 0.2, more: ['nopreempt'] }));
    await eventually('a released the address', () => !segment.holds('a', VIP));
    await sleep(1500);
    expect(stateOf(again)).toBe('BACKUP');
    expect(segment.holds('a', VIP)).toBe(false);
    expect(segment.holds('b', VIP)).toBe(true);
  });
});

describe('with damaged files', () => {
  const file = (): string => path.join(segment.folder, 'a.conf');

  it('keeps running and reports a deleted configuration', async () => {
    const router = await master(conf({ advertInt: 0.2 }));
    rmSync(file());
    router.program.process.kill('SIGHUP');
    await eventually('it is rejected', () => statusOf(router).configuration.reload?.accepted === false);
    expect(statusOf(router).problems.join()).toContain(`rejected ${file()}`);
    expect(statusOf(router).configuration.reload?.said.join()).toContain(file());
    await eventually('it is logged', () =>
      router.program.output().includes(`rejected ${file()}; the previous configuration stays in use`),
    );
    await stays(router);
  });

  it('rejects an invalid configuration with its errors and accepts a valid one later', async () => {
    const router = await master(conf({ advertInt: 0.2 }));
    router.reload(conf({ advertInt: 0.2, priority: 999, more: ['use_vmac'] }));
    await eventually('it is rejected', () => statusOf(router).configuration.reload?.accepted === false);
    expect(statusOf(router).configuration.reload?.said.join('\n')).toMatch(/use_vmac/);
    await eventually('it is logged', () => /a\.conf.*use_vmac/.test(router.program.output()));
    await stays(router);
    router.reload(conf({ advertInt: 0.2 }));
    await eventually('the problem is resolved', () => statusOf(router).problems.length === 0);
  });

  it('reports a full state folder once, until there is space', async () => {
    const folder = path.join(segment.folder, 'small');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k,nr_inodes=8', 'tmpfs', folder]);
    try {
      execFileSync('sh', ['-c', `cat /dev/zero > ${folder}/filler || true`], { stdio: 'ignore' });
      const router = await master(conf({ advertInt: 0.2 }), '--state', path.join(folder, 'state'));
      await stays(router);
      const complaints = router.program.output().split('state: no space left').length - 1;
      expect(complaints).toBe(1);
      expect(statusOf(router).problems.join()).toContain('no space left');
      rmSync(path.join(folder, 'filler'));
      await eventually('the problem is resolved', () => statusOf(router).problems.length === 0);
      await router.stop('SIGKILL');
      // It resumes within three intervals; on a busy machine the start alone takes longer than 0.6 s.
      const again = start('a', conf({ advertInt: 1 }), '--state', path.join(folder, 'state'));
      await eventually('it resumes', () => again.program.output().includes('resuming after a restart'));
      await again.stop();
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });

  it('runs without a status socket if it cannot be created', async () => {
    const router = await master(conf({ advertInt: 0.2 }), '--status-socket', '/proc/nowhere/sock');
    expect(router.program.output()).toContain('status is not available');
    await goesOn();
    expect(await router.stop()).toBe(0);
    expect(segment.holds('a', VIP)).toBe(false);
  });

  async function stays(router: Router): Promise<void> {
    await goesOn();
    expect(stateOf(router)).toBe('MASTER');
    expect(removals()).toEqual([]);
  }
});

describe('on a reload', () => {
  const named = (name: string, more: Partial<Instance>): string =>
    conf({ advertInt: 0.2, ...more }).replace('vrrp_instance V', `vrrp_instance ${name}`);

  /** Expects no gap in which a backup would take over, and no resignation. */
  async function uninterrupted(vrid: number): Promise<void> {
    const adverts = await fromA(vrid);
    expectNoGap(adverts);
    expect(adverts.filter(({ priority }) => priority === 0)).toEqual([]);
  }

  it('applies changed addresses and priority without interruption', async () => {
    const router = await master(named('V', {}) + named('W', { vrid: 8, addresses: [SECOND] }));
    await eventually('W is master', () => segment.holds('a', SECOND));
    router.reload(named('V', { addresses: [VIP, '10.77.0.97'] }) + named('W', { vrid: 8, addresses: [SECOND] }));
    await eventually('the new address is here', () => segment.holds('a', '10.77.0.97'));
    await eventually('it is advertised', () => heardOfA().at(-1)?.payload[3] === 2);
    router.reload(named('V', { addresses: ['10.77.0.97'] }) + named('W', { vrid: 8, addresses: [SECOND] }));
    await eventually('the former address is gone', () => !segment.holds('a', VIP));
    router.reload(
      named('V', { addresses: ['10.77.0.97'], priority: 150 }) + named('W', { vrid: 8, addresses: [SECOND] }),
    );
    await eventually('the priority is advertised', () => heardOfA().at(-1)?.priority === 150);
    await sleep(600);
    expect(segment.holds('a', '10.77.0.97')).toBe(true);
    expect(removals().map((line) => /inet (\S+)\//.exec(line)?.[1])).toEqual([VIP]);
    for (const vrid of [7, 8]) await uninterrupted(vrid);
    expect((await fromA(8)).filter(({ priority, payload }) => priority !== 200 || payload[3] !== 1)).toEqual([]);
  });

  it('adds and removes an instance without affecting the other', async () => {
    const router = await master(named('V', {}));
    router.reload(named('V', {}) + named('W', { vrid: 8, addresses: [SECOND] }));
    await eventually('the new one is master', () => segment.holds('a', SECOND));
    router.reload(named('V', {}));
    await eventually('it is gone', () => !segment.holds('a', SECOND));
    await eventually('it resigned', () => heardOfA(8).at(-1)?.priority === 0);
    await sleep(600);
    expect((await fromA(8)).at(-1)?.priority).toBe(0);
    await uninterrupted(7);
  });
});
