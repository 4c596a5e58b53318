import { Failure, interrupted } from '../failure.ts';
import type { Member } from '../inventory/cluster.ts';
import { freshNonce } from '../remote/nonce.ts';
import { ALL_PLATFORMS, type Platforms, platformsOf } from '../platforms/platforms.ts';
import type { Command } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import { parseHave, probesOf } from '../resources/kinds.ts';
import type { ClusterState, FailedHost, HostState } from './cluster-state.ts';
import { factsProbes, parseFacts } from './facts.ts';
import { type Sections, composeWhole, isWhole, split } from './sections.ts';
import type { Watchlist } from './watchlist.ts';

const TIMEOUT_MS = 30_000;

/** Bytes. A host with hundreds of addresses and services prints some hundred kB. */
const MOST = 8 * 2 ** 20;

export type ObserveEvent =
  | { readonly type: 'host'; readonly host: string; readonly state: 'observed' }
  | { readonly type: 'host'; readonly host: string; readonly state: 'failed'; readonly message: string };

export interface Observing {
  /** By host; hosts without a connection are in `unreachable`. */
  readonly transports: ReadonlyMap<string, Transport>;
  /** Hosts without a connection, with the reason. */
  readonly unreachable: readonly FailedHost[];
  readonly report: (event: ObserveEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Observes hosts of a cluster in one round trip each, in parallel. Hosts that cannot be read are in `unreadable`.
 * @param watch what to observe on a host
 * @throws Failure `interrupted`
 */
export async function observeCluster(
  members: readonly Member[],
  watch: (member: Member) => Watchlist,
  { transports, unreachable, report, signal }: Observing,
): Promise<ClusterState> {
  const hosts = new Map<string, HostState>();
  const unreadable = [...unreachable];
  await Promise.all(
    members.map(async (member) => {
      const { name } = member.host;
      const transport = transports.get(name);
      if (transport === undefined) return;
      try {
        hosts.set(name, await observeHost(transport, watch(member), signal, platformsOf(member.host.platform)));
        report({ type: 'host', host: name, state: 'observed' });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (signal.aborted) return;
        unreadable.push({ host: name, failure: error });
        report({ type: 'host', host: name, state: 'failed', message: error.message });
      }
    }),
  );
  if (signal.aborted) throw interrupted('while observing the hosts');
  return { hosts, unreadable };
}

/**
 * The script that observes a host: all probes in one. Read-only.
 * @param nonce ends the marks between the parts
 * @param platforms those that the host may have
 */
export function observeScript({ watched, questions }: Watchlist, nonce: string, platforms = ALL_PLATFORMS): Command {
  return composeWhole([...factsProbes(questions, platforms), ...probesOf(watched, platforms)], nonce);
}

/**
 * Observes one host in one round trip.
 * @throws Failure: `command` when the script did not complete, or of the transport.
 */
export async function observeHost(
  transport: Transport,
  watch: Watchlist,
  signal: AbortSignal,
  platforms: Platforms = ALL_PLATFORMS,
): Promise<HostState> {
  const nonce = freshNonce();
  const result = await transport.run(observeScript(watch, nonce, platforms), {
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MOST,
    signal,
  });
  const sections = split(result.stdout, nonce);
  if (!isWhole(sections)) {
    throw new Failure('command', `${transport.host}: could not be observed`, {
      host: transport.host,
      exitCode: result.exitCode,
      stderr: result.stderr,
      hint: 'lvsctl needs a POSIX /bin/sh and iproute2 on every host.',
    });
  }
  return hostState(transport.host, sections);
}

/** @param sections output of the sections of the observing script */
export function hostState(host: string, sections: Sections): HostState {
  return { host, facts: parseFacts(sections), have: parseHave((kind) => sections.get(kind) ?? '') };
}
