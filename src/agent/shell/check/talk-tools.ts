import type { ProbeEvent } from '../../core/probe/probe.ts';
import { describeErrno, isErrno } from '../sys/errno.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';

/** Shared by all conversations; holds no state between calls. */
export interface TalkTools {
  readonly sys: Sys;
  readonly loop: Loop;
  /** Receive buffer, at least as large as the longest relevant datagram. */
  readonly buffer: Uint8Array;
}

export function talkTools(sys: Sys, loop: Loop): TalkTools {
  return { sys, loop, buffer: new Uint8Array(65536) };
}

/** Describes an errno, adding meanings specific to checkers. */
export function words(errno: number): string {
  if (isErrno(-errno, 'EADDRNOTAVAIL')) return `${describeErrno(errno)}, or all its ports are in use`;
  return describeErrno(errno);
}

/** The reason for a conversation that ended without a result. */
export function reasonOfEnd(event: ProbeEvent): string {
  if (event.kind === 'failed') return event.reason;
  return event.kind === 'end' ? 'connection closed too early' : 'timed out';
}
