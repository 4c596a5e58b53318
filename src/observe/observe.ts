import { Failure } from '../failure.ts';
import { freshNonce } from '../remote/nonce.ts';
import type { Transport } from '../remote/transport.ts';
import { type Have, type Want, parseHave, probesOf } from '../resources/kinds.ts';
import { type DirectorQuestions, type Facts, factsProbes, parseFacts } from './facts.ts';
import { composeWhole, isWhole, split } from './sections.ts';

/** What a host is and what it has, at one moment. */
export interface Observation {
  readonly host: string;
  readonly facts: Facts;
  readonly have: Have;
}

const TIMEOUT_MS = 30_000;

/** bytes; a host with hundreds of addresses and services says some hundred kB */
const MOST = 8 * 2 ** 20;

/**
 * The script that observes a host: every probe in one, and nothing in it that changes anything.
 * @param director what is asked of directors; undefined for another host
 * @param nonce ends the marks between the parts
 */
export function observeScript(wants: readonly Want[], director: DirectorQuestions | undefined, nonce: string) {
  return composeWhole([...factsProbes(director), ...probesOf(wants)], nonce);
}

/**
 * Observes one host in one round trip.
 * @throws Failure: `command` when the script did not come to its end, and whatever the transport throws.
 */
export async function observe(
  transport: Transport,
  wants: readonly Want[],
  director: DirectorQuestions | undefined,
  signal: AbortSignal,
): Promise<Observation> {
  const nonce = freshNonce();
  const script = observeScript(wants, director, nonce);
  const result = await transport.run(script, { timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST, signal });
  const sections = split(result.stdout, nonce);
  if (!isWhole(sections)) {
    throw new Failure('command', `${transport.host}: could not be observed`, {
      host: transport.host,
      exitCode: result.exitCode,
      stderr: result.stderr,
      hint: 'lvsctl needs a POSIX /bin/sh and iproute2 on every host.',
    });
  }
  return {
    host: transport.host,
    facts: parseFacts(sections),
    have: parseHave((kind) => sections.get(kind) ?? ''),
  };
}
