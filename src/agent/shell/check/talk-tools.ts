import type { ProbeEvent } from '../../core/probe/probe.ts';
import { describeErrno, isErrno } from '../sys/errno.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';

/** What all conversations of a shell share: nothing in it outlives a call. */
export interface TalkTools {
  readonly sys: Sys;
  readonly loop: Loop;
  /** What is read goes through it; at least as long as the longest datagram that matters. */
  readonly buffer: Uint8Array;
}

export function talkTools(sys: Sys, loop: Loop): TalkTools {
  return { sys, loop, buffer: new Uint8Array(65536) };
}

/** Of errors whose usual meaning is another one for a checker. */
export function words(errno: number): string {
  if (isErrno(-errno, 'EADDRNOTAVAIL')) return `${describeErrno(errno)}, or all its ports are in use`;
  return describeErrno(errno);
}

/** Why a conversation that has no answer by then has failed. */
export function reasonOfEnd(event: ProbeEvent): string {
  if (event.kind === 'failed') return event.reason;
  return event.kind === 'end' ? 'closed too early' : 'timed out';
}
