import { Failure } from '../failure.ts';
import { sh } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import { common } from './lease.ts';

const TIMEOUT_MS = 20_000;

/** A lease on a host. */
export interface FoundLease {
  readonly host: string;
  readonly id: string;
  /** Seconds until it expires, unless it is renewed. */
  readonly seconds: number;
  readonly owner: string;
}

/** The current lease of a host; undefined when there is none. @throws Failure */
export async function findLease(transport: Transport, signal: AbortSignal): Promise<FoundLease | undefined> {
  const { host } = transport;
  const script = sh`${common}
if read_lease; then printf '%s %s %s\\n' "$nonce" $((expiry - now)) "$owner"; fi`;
  const { exitCode, stdout, stderr } = await transport.run(script, { timeoutMs: TIMEOUT_MS, signal });
  if (exitCode !== 0) throw new Failure('command', `${host}: cannot read the lock`, { host, exitCode, stderr });
  const [id, seconds, ...owner] = stdout.trim().split(' ');
  return id === undefined || id === '' ? undefined : { host, id, seconds: Number(seconds), owner: owner.join(' ') };
}

/** Removes the lease with that ID, and no other. @returns whether it was there. @throws Failure */
export async function breakLease(transport: Transport, id: string, signal: AbortSignal): Promise<boolean> {
  const { host } = transport;
  const script = sh`${common}
[ -e "$run/mutex" ] || exit 0
exec 9>>"$run/mutex" || exit 1
lock 9 || { echo "$run/mutex cannot be locked" >&2; exit 1; }
read_lease
[ "$nonce" != ${id} ] || { rm -f "$run/lease" && echo broken; }`;
  const { exitCode, stdout, stderr } = await transport.run(script, { timeoutMs: TIMEOUT_MS, signal });
  if (exitCode !== 0) throw new Failure('command', `${host}: cannot break the lock`, { host, exitCode, stderr });
  return stdout.trim() === 'broken';
}
