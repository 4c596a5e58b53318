import { concat, u32le } from '../../core/bytes/write.ts';
import type { Conf } from '../../../keepalived/model/conf.ts';
import { describeErrno } from './errno.ts';
import type { Journal } from '../service/journal.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

const SCHED_FIFO = 1;
/** Programs that are started from here are not real-time (sched(7)). */
const SCHED_RESET_ON_FORK = 0x40000000;
const PR_SET_DUMPABLE = 4;
const CAPABILITY_VERSION_3 = 0x20080522;

/** An interval below this is not kept on a busy host without a real-time priority: measured, adverts came 50 ms late. */
const SLOW_ADVERT_MS = 1000;
const DEFAULT_PRIORITY = 50;

/**
 * linux/capability.h, what is kept. Programs that are started as root get theirs from the kernel again, so that a
 * script of keepalived's finds what it found there.
 */
const KEPT = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_IPC_LOCK: 14,
  CAP_SYS_NICE: 23,
} as const;

/**
 * SCHED_FIFO as `vrrp_rt_priority` has it, or of itself where adverts come more often than once a second, and the nice
 * value of `vrrp_priority`. Without the right to it the agent goes on and says so.
 */
export function schedule(sys: Sys, journal: Journal, { global_defs, vrrp }: Conf): void {
  const isFast = vrrp.vrrp_instance.some(({ advert_int }) => advert_int < SLOW_ADVERT_MS);
  const priority = global_defs.vrrp_rt_priority ?? (isFast ? DEFAULT_PRIORITY : undefined);
  if (priority !== undefined) {
    const result = call(sys, 'sched_setscheduler', 0, SCHED_FIFO | SCHED_RESET_ON_FORK, u32le(priority));
    if (result < 0) {
      const text = `no real-time priority ${priority}: ${describeErrno(result)}. On a busy host adverts may be late.`;
      journal.log('warning', text);
    }
  }
  if (global_defs.vrrp_priority === undefined) return;
  const result = call(sys, 'setpriority', 0, 0, global_defs.vrrp_priority);
  if (result < 0) journal.log('warning', `no priority ${global_defs.vrrp_priority}: ${describeErrno(result)}`);
}

/** Gives up what is never used. There is no core dump either: passwords of the configuration would be in it. */
export function dropPrivileges(sys: Sys, journal: Journal): void {
  call(sys, 'prctl', PR_SET_DUMPABLE, 0);
  const header = concat([u32le(CAPABILITY_VERSION_3), u32le(0)]);
  const held = new Uint32Array(6);
  const bytes = new Uint8Array(held.buffer);
  if (call(sys, 'capget', header, bytes) < 0) return;
  const kept = Object.values(KEPT).reduce<number>((bits, bit) => bits | (1 << bit), 0);
  // Three words for the low 32 capabilities, effective, permitted, inheritable, and three for those above.
  const [effective = 0, permitted = 0] = held;
  held.set([effective & kept, permitted & kept, 0, 0, 0, 0]);
  const result = call(sys, 'capset', header, bytes);
  if (result < 0)
    journal.log('warning', `privileges that are not needed could not be given up: ${describeErrno(result)}`);
}
