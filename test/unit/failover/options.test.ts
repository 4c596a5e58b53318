import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import type { Context } from '../../../src/cli/context.ts';
import { failoverTest } from '../../../src/failover/failover-test.ts';
import { DEFAULT_OPTIONS, LIMITS, limitProblem, optionsProblem } from '../../../src/failover/options.ts';
import { planProbe } from '../../../src/failover/probe.ts';
import { HELD } from '../../support/held-lock.ts';
import { failureOf } from '../../support/failure-of.ts';
import { clusterOf } from './cluster.ts';

const signal = new AbortController().signal;
const nothing = (): void => undefined;
const context: Context = {
  screen: {
    json: false,
    terminal: false,
    line: nothing,
    labelled: nothing,
    lines: nothing,
    block: nothing,
    error: nothing,
    emit: nothing,
    notice: nothing,
    hide: () => undefined,
    shown: (text) => text,
    drawing: new Set(),
  },
  verbose: false,
  signal,
  env: {},
  cwd: '/',
};

/** What the command line says of these flags. */
async function refusalOf(...flags: readonly string[]): Promise<string> {
  const program = buildProgram(context, () => undefined).configureOutput({ writeErr: () => undefined });
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  return await program.parseAsync(['node', 'lvsctl', 'failover-test', 'nowhere.yml', ...flags]).then(
    () => 'accepted',
    (error: unknown) => String(error),
  );
}

describe('a number on the command line of a failover test', () => {
  it.each([
    ['--rate', '1000000', /At most 500 requests per second: .*curl.*Use --rate 500 or less\./],
    ['--cut', '601', /At most 600 seconds: .*unreachable.*Use --cut 600 or less\./],
    ['--max-gap', '3600001', /At most 3600000 milliseconds/],
    ['--rate', '0', /integer/],
    ['--cut', '1e999', /integer/],
    ['--rate', 'NaN', /integer/],
  ])('rejects %s %s', async (flag, value, message) => {
    expect(await refusalOf(flag, value)).toMatch(message);
  });

  it.each(Object.values(LIMITS))('accepts the ends of $flag', (limit) => {
    expect(limitProblem(limit, limit.least)).toBeUndefined();
    expect(limitProblem(limit, limit.most)).toBeUndefined();
    expect(limitProblem(limit, Number.NaN)).toBeDefined();
  });
});

describe('the options of a failover test', () => {
  it('accepts its defaults', () => expect(optionsProblem(DEFAULT_OPTIONS)).toBeUndefined());

  it.each([
    { ratePerSecond: 1_000_000 },
    { ratePerSecond: Number.NaN },
    { cableSeconds: Number.POSITIVE_INFINITY },
    { healthSeconds: 1e9 },
    { requestTimeoutMs: 0 },
    { requestTimeoutMs: 60_000 },
    { maxGapMs: -1 },
    { path: 'no/slash' },
    { path: `/${'a'.repeat(5000)}` },
    { path: '/a b' },
  ])('rejects %j before a host is asked', async (options) => {
    const all = { ...DEFAULT_OPTIONS, ...options };
    const failure = await failureOf(failoverTest(clusterOf(), new Map(), HELD, all, () => undefined, signal));
    expect(failure).toMatchObject({ code: 'inventory', message: optionsProblem(all) });
  });

  it('rejects more curl processes than a client can run', async () => {
    const options = { ...DEFAULT_OPTIONS, ratePerSecond: 500, requestTimeoutMs: 10_000 };
    const failure = await failureOf(failoverTest(clusterOf(), new Map(), HELD, options, () => undefined, signal));
    expect(failure.message).toMatch(/^The client would run 5010 curl processes, more than the limit of 500/);
  });

  it('rejects a stream that would have to last for days', () => {
    expect(() => planProbe(DEFAULT_OPTIONS, { vip: '10.0.0.1', port: 80, ask: 'http' }, 100_000)).toThrow(
      /The test could take 100000 s/,
    );
  });
});
