import { describe, expect, it } from 'vitest';
import { applyHost } from '../../../src/apply/apply-host.ts';
import type { ApplyEvent, Outcome } from '../../../src/apply/outcome.ts';
import { applyScript } from '../../../src/apply/script.ts';
import { Failure } from '../../../src/failure.ts';
import type { Change } from '../../../src/plan/change.ts';
import { sh } from '../../../src/remote/command.ts';
import type { Result } from '../../../src/remote/transport.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { leaseFolder } from '../../support/lease-folder.ts';
import { runIn, SHELLS } from '../../support/shells.ts';
import { changeOf, doing } from './changes.ts';
import { NONCE } from '../../support/nonce.ts';

const [first, second, third] = [doing('a', sh`one`), doing('b', sh`two`), doing('c', sh`three`)];
const changes = [first, second, third];

const RUN = { generation: 'g', lock: { nonce: 'aa' }, report: () => undefined };

/** Outcomes as sentences. */
function summaryOf(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map((outcome) => {
    switch (outcome.status) {
      case 'done':
        return `${outcome.change.key} done`;
      case 'failed':
        return `${outcome.change.key} failed: ${outcome.failure.message}`;
      case 'skipped':
        return `${outcome.change.key} skipped: ${outcome.because}`;
    }
  });
}

/** A host that prints this when it is given the script of these changes. */
async function applied(given: readonly Change[], stdout: string, end?: Failure | Partial<Result>) {
  const events: ApplyEvent[] = [];
  const host = fakeHost('rs1', [
    {
      script: applyScript(given, 'g', 'aa', NONCE),
      gives: (_script, options) => {
        for (const line of stdout.split('\n')) options.onLine?.(line);
        if (end instanceof Failure) throw end;
        return end ?? {};
      },
    },
  ]);
  const outcomes = await applyHost(host, given, { ...RUN, report: (event) => events.push(event) });
  return { outcomes, events };
}

const started = (index: number): string => `@lvsctl:change ${index} started\n`;
const ended = (index: number, code: number): string => `\n@lvsctl:change ${index} ended ${code}\n`;
const done = (index: number): string => `${started(index)}${ended(index, 0)}`;

describe('the changes of one host', () => {
  it('are done when each reports success, and are reported one by one', async () => {
    const { outcomes, events } = await applied(changes, done(0) + done(1) + done(2));
    expect(summaryOf(outcomes)).toEqual(['a done', 'b done', 'c done']);
    expect(
      events.map((event) => (event.type === 'change' ? `${event.change.key} ${event.state}` : event.type)),
    ).toEqual(['a started', 'a done', 'b started', 'b done', 'c started', 'c done']);
  });

  it('stop at the first failure: its output is reported, the rest skipped', async () => {
    const { outcomes, events } = await applied(
      changes,
      `${done(0)}${started(1)}Reading lists\nE: Unable to locate package x\nsome advice${ended(1, 100)}`,
    );
    expect(summaryOf(outcomes)).toEqual([
      'a done',
      'b failed: rs1: sysctl b: E: Unable to locate package x',
      'c skipped: an earlier change on rs1 failed',
    ]);
    const [, failed] = outcomes;
    expect(failed?.status === 'failed' ? failed.failure.detail : undefined).toMatchObject({
      host: 'rs1',
      exitCode: 100,
      stderr: 'Reading lists\nE: Unable to locate package x\nsome advice',
    });
    expect(events.filter((event) => event.type === 'change' && event.state === 'failed')).toHaveLength(1);
  });

  it('report the first error of apt, which caused the others', async () => {
    const { outcomes } = await applied(
      changes,
      `${started(0)}E: old news\nReading lists\nE: Failed to fetch x\nE: Some index files failed${ended(0, 100)}`,
    );
    expect(summaryOf(outcomes)[0]).toBe('a failed: rs1: sysctl a: E: Failed to fetch x');
  });

  it('report the last line of a failure without an error message, or the exit code without output', async () => {
    expect(summaryOf((await applied([first], `${started(0)}first\nlast${ended(0, 2)}`)).outcomes)).toEqual([
      'a failed: rs1: sysctl a: last',
    ]);
    expect(summaryOf((await applied([first], `${started(0)}${ended(0, 2)}`)).outcomes)).toEqual([
      'a failed: rs1: sysctl a: exit code 2',
    ]);
  });

  it('never show a secret that a program repeats', async () => {
    const secret = changeOf({ kind: 'file', key: '/etc/k', action: 'create', secrets: ['hunter22'], steps: [sh`x`] });
    const { outcomes } = await applied([secret], `${started(0)}error: unknown word hunter22${ended(0, 1)}`);
    expect(summaryOf(outcomes)).toEqual(['/etc/k failed: rs1: file /etc/k: error: unknown word [secret]']);
    const [failed] = outcomes;
    expect(failed?.status === 'failed' ? failed.failure.detail.stderr : undefined).toBe('error: unknown word [secret]');
  });

  it('are distinguished exactly when the connection is lost during one', async () => {
    const lost = new Failure('connection-lost', 'rs1: the connection was lost');
    const { outcomes, events } = await applied(changes, `${done(0)}${started(1)}`, lost);
    expect(summaryOf(outcomes)).toEqual([
      'a done',
      'b failed: rs1: the connection was lost',
      'c skipped: its state is unknown: the connection to rs1 was lost while the script keeps running there',
    ]);
    expect(events.at(-1)).toEqual({ type: 'change', state: 'failed', change: second });
  });

  it('fail when the connection is lost between two of them', async () => {
    const lost = new Failure('connection-lost', 'rs1: the connection was lost');
    const { outcomes } = await applied(changes, done(0), lost);
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'failed', 'skipped']);
  });

  it('fail at the first one when the connection is lost before it starts', async () => {
    const lost = new Failure('timeout', 'rs1: no answer');
    expect((await applied(changes, '', lost)).outcomes.map(({ status }) => status)).toEqual([
      'failed',
      'skipped',
      'skipped',
    ]);
  });

  it('are left to the host when they do not end in time, with a hint where to check', async () => {
    const late = new Failure('timeout', 'rs1: the command did not end within 7200 s');
    const { outcomes } = await applied(changes, `${done(0)}${started(1)}`, late);
    expect(summaryOf(outcomes)).toEqual([
      'a done',
      'b failed: rs1: still applying changes after 2 h, stopped waiting',
      'c skipped: its state is unknown: the script was still running on rs1 when lvsctl stopped waiting',
    ]);
    const [, failed] = outcomes;
    expect(failed?.status === 'failed' ? failed.failure.detail.hint : undefined).toContain(
      'On rs1, /run/lvsctl/running names its process',
    );
  });

  it('run under `onGiveUp: leave`, which never interrupts them', async () => {
    const host = fakeHost('rs1', [
      {
        script: applyScript([first], 'g', 'aa', NONCE),
        gives: (_script, { onGiveUp, timeoutMs }) => {
          expect([onGiveUp, timeoutMs]).toEqual(['leave', 7_200_000]);
          return { stdout: done(0) };
        },
      },
    ]);
    expect(summaryOf(await applyHost(host, [first], RUN))).toEqual(['a done']);
  });

  it('are skipped with the reason when the host fences them off', async () => {
    const end = { exitCode: 76, stderr: 'another run has taken the lock (ID bb): eve@desk: deploy\n' };
    const { outcomes } = await applied(changes, '', end);
    expect(summaryOf(outcomes)).toEqual([
      'a failed: rs1: another run has taken the lock (ID bb): eve@desk: deploy',
      'b skipped: no change was started on rs1',
      'c skipped: no change was started on rs1',
    ]);
    const [failed] = outcomes;
    expect(failed?.status === 'failed' ? failed.failure.code : undefined).toBe('locked');
  });

  it('have the hint of their step in the failure', async () => {
    const advised = { ...first, advice: 'Do without.' };
    const { outcomes } = await applied([advised], `${started(0)}E: no\n@lvsctl:change 0 ended 1\n`, {});
    const [failed] = outcomes;
    expect(failed?.status === 'failed' ? failed.failure.detail.hint : undefined).toMatch(
      /already made\. Do without\.$/,
    );
  });

  it('are done when the connection is lost after the last one', async () => {
    const lost = new Failure('connection-lost', 'rs1: the connection was lost');
    expect(summaryOf((await applied([first], done(0), lost)).outcomes)).toEqual(['a done']);
  });

  it('are skipped when the former files cannot be saved', async () => {
    const { outcomes } = await applied(changes, 'mkdir: No space left on device\ncannot back up files to /x\n');
    expect(summaryOf(outcomes)).toEqual([
      'a failed: rs1: cannot back up files to /x',
      'b skipped: an earlier change on rs1 failed',
      'c skipped: an earlier change on rs1 failed',
    ]);
  });

  it('report that the package manager is waiting for another one', async () => {
    const line = 'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7';
    const { events } = await applied([first], `${started(0)}${line}${ended(0, 0)}`);
    expect(events).toContainEqual({ type: 'note', host: 'rs1', text: line });
  });

  it('do not swallow an internal error', async () => {
    const host = fakeHost('rs1', [
      {
        script: applyScript([first], 'g', 'aa', NONCE),
        gives: () => {
          throw new TypeError('a bug');
        },
      },
    ]);
    await expect(applyHost(host, [first], RUN)).rejects.toThrow('a bug');
  });

  it.each(SHELLS)('are read from a real run in $name', async (shell) => {
    const given = [doing('a', sh`echo fine`), doing('b', sh`echo cannot do it >&2; false`), doing('c', sh`true`)];
    const folder = leaseFolder();
    folder.hold('aa');
    const stdout = runIn(shell, folder.of(applyScript(given, 'g', 'aa', NONCE))).stdout.replaceAll(` ${NONCE}`, '');
    expect(summaryOf((await applied(given, stdout)).outcomes)).toEqual([
      'a done',
      'b failed: rs1: sysctl b: cannot do it',
      'c skipped: an earlier change on rs1 failed',
    ]);
  });
});
