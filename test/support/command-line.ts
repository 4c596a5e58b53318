import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../src/cli/program.ts';
import type { Context } from '../../src/cli/context.ts';
import { reportError } from '../../src/cli/run.ts';
import { openScreen } from '../../src/cli/screen.ts';
import { Failure } from '../../src/failure.ts';
import type { Host } from '../../src/inventory/cluster.ts';
import type { Transport } from '../../src/remote/transport.ts';
import { recordingStreams } from './hostile-text.ts';

/** The inventory of the recorded hosts: dr1, dr2, rs1, rs2, c1. */
export const RECORDED_INVENTORY = fileURLToPath(new URL('../fixtures/observe/inventory.yml', import.meta.url));

export interface Surroundings {
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: AsyncIterable<unknown>;
  readonly color?: boolean;
  readonly verbose?: boolean;
  /** Whether errors are reported, as by a run of the program, and not thrown. */
  readonly reported?: boolean;
  /** Columns of the terminal; without them the output is none. */
  readonly columns?: number;
}

/** Runs a command line in this process; a host that is a Failure cannot be connected to. */
export async function commandLine(
  words: readonly string[],
  hosts: ReadonlyMap<string, Transport | Failure>,
  {
    signal = new AbortController().signal,
    env = {},
    cwd = '/',
    columns,
    color = false,
    input,
    verbose = false,
    reported = false,
  }: Surroundings = {},
) {
  const streams = recordingStreams(columns);
  const end = words.indexOf('--');
  const json = words.slice(0, end === -1 ? undefined : end).includes('--json');
  let exitCode: number | undefined;
  const context: Context = {
    screen: openScreen({ json, color }, {}, streams),
    verbose,
    signal,
    env,
    cwd,
    ...(input !== undefined && { input }),
    connectTo:
      ({ name }: Host) =>
      async () => {
        const host = hosts.get(name);
        if (host === undefined) throw new Error(`no host ${name}`);
        if (host instanceof Failure) throw host;
        return Promise.resolve(host);
      },
  };
  const finish = (code: number): void => {
    exitCode = code;
  };
  try {
    await buildProgram(context, finish, words).parseAsync(['node', 'lvsctl', ...words]);
  } catch (error) {
    if (!reported) throw error;
    exitCode = reportError(context, error);
  }
  const out = streams.out();
  const events = json
    ? out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    : [];
  return { exitCode, out, err: streams.err(), events, result: events.at(-1) };
}
