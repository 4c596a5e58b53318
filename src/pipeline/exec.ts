import { Failure } from '../failure.ts';
import type { FailedHost } from '../observe/cluster-state.ts';
import { type Command, sh } from '../remote/command.ts';
import type { Result } from '../remote/transport.ts';
import { pooled } from './pooled.ts';
import type { Session } from './session.ts';

/** What a host is to run: a program with its arguments, or a line for its shell. */
export type RemoteCommand = { readonly argv: readonly string[] } | { readonly line: string };

export interface ExecOptions {
  /** milliseconds until the command is terminated; `Infinity` is allowed */
  readonly timeoutMs: number;
  /** Number of hosts to run it on in parallel. */
  readonly forks: number;
  readonly signal: AbortSignal;
  /** Called with each line of standard output as it arrives. */
  readonly onLine: (host: string, line: string) => void;
  /** Called when a host has finished. */
  readonly onResult: (result: HostResult) => void;
}

export interface HostResult extends Result {
  readonly host: string;
}

export interface Executed {
  /** In the order of the session. */
  readonly results: readonly HostResult[];
  /** Hosts that gave no exit code, except those that were interrupted. */
  readonly failed: readonly FailedHost[];
}

/** Bytes of output of one host. */
const MOST_OUTPUT = 4 * 2 ** 20;

/** `command` runs a program that is called like a keyword of the shell, and takes no assignment before it. */
export function scriptOf(command: RemoteCommand): Command {
  return 'line' in command ? sh`sh -c ${command.line}` : sh`command -- ${command.argv}`;
}

/** Runs a command on all hosts of a session in parallel. An abort terminates it on each of them. */
export async function execOnHosts(session: Session, command: RemoteCommand, options: ExecOptions): Promise<Executed> {
  const results = new Map<string, HostResult>();
  const failures = new Map<string, Failure>(session.unreachable.map(({ host, failure }) => [host, failure]));
  const script = scriptOf(command);
  await pooled([...session.transports], options.forks, async ([host, transport]) => {
    if (options.signal.aborted) return;
    try {
      const result = await transport.run(script, {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        maxOutputBytes: MOST_OUTPUT,
        onLine: (line) => options.onLine(host, line),
      });
      const named = { host, ...result };
      results.set(host, named);
      options.onResult(named);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!options.signal.aborted) failures.set(host, commandFailure(error));
    }
  });
  const names = session.members.map(({ host }) => host.name);
  return {
    results: names.flatMap((name) => results.get(name) ?? []),
    failed: names.flatMap((host) => {
      const failure = failures.get(host);
      return failure === undefined ? [] : [{ host, failure }];
    }),
  };
}

/** A command that ran too long has failed; its host is reachable. */
function commandFailure(failure: Failure): Failure {
  if (failure.code !== 'timeout') return failure;
  return new Failure('command', failure.message, { ...failure.detail, hint: 'Allow more time with --timeout.' });
}

export interface OutputGroup {
  readonly hosts: readonly string[];
  readonly result: Result;
}

/** Hosts with equal output and exit code, in the order of the first host of each. */
export function groupEqual(results: readonly HostResult[]): readonly OutputGroup[] {
  const groups = new Map<string, HostResult[]>();
  for (const result of results) {
    const key = JSON.stringify([result.exitCode, result.stdout, result.stderr]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [result]);
    else group.push(result);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ hosts: group.map(({ host }) => host), result: first }];
  });
}
