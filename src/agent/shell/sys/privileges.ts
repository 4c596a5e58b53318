import { concat, u32le } from '../../core/bytes/write.ts';
import type { Conf } from '../../../keepalived/model/conf.ts';
import { describeErrno } from './errno.ts';
import type { Journal } from '../service/journal.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

const SCHED_FIFO = 1;
/** Child processes do not inherit real-time scheduling (sched(7)). */
const SCHED_RESET_ON_FORK = 0x40000000;
const PR_SET_DUMPABLE = 4;
const CAPABILITY_VERSION_3 = 0x20080522;

/** Below this interval a busy host needs real-time priority: without it, adverts were measured 50 ms late. */
const SLOW_ADVERT_MS = 1000;
const DEFAULT_PRIORITY = 50;

/**
 * Capabilities to keep (linux/capability.h). Programs started as root regain theirs from the kernel, as under
 * keepalived.
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
 * Sets SCHED_FIFO according to `vrrp_rt_priority`, or by default for intervals below one second, and the nice value of
 * `vrrp_priority`. Missing permissions are logged and not fatal.
 */
export function schedule(sys: Sys, journal: Journal, { global_defs, vrrp }: Conf): void {
  const isFast = vrrp.vrrp_instance.some(({ advert_int }) => advert_int < SLOW_ADVERT_MS);
  const priority = global_defs.vrrp_rt_priority ?? (isFast ? DEFAULT_PRIORITY : undefined);
  if (priority !== undefined) {
    const result = call(sys, 'sched_setscheduler', 0, SCHED_FIFO | SCHED_RESET_ON_FORK, u32le(priority));
    if (result < 0) {
      const text = `cannot set real-time priority ${priority}: ${describeErrno(result)}. Adverts may be late on a busy host.`;
      journal.log('warning', text);
    }
  }
  if (global_defs.vrrp_priority === undefined) return;
  const result = call(sys, 'setpriority', 0, 0, global_defs.vrrp_priority);
  if (result < 0) journal.log('warning', `cannot set priority ${global_defs.vrrp_priority}: ${describeErrno(result)}`);
}

/** Drops unneeded capabilities, and disables core dumps, which would contain passwords. */
export function dropPrivileges(sys: Sys, journal: Journal): void {
  call(sys, 'prctl', PR_SET_DUMPABLE, 0);
  const header = concat([u32le(CAPABILITY_VERSION_3), u32le(0)]);
  const held = new Uint32Array(6);
  const bytes = new Uint8Array(held.buffer);
  if (call(sys, 'capget', header, bytes) < 0) return;
  const kept = Object.values(KEPT).reduce<number>((bits, bit) => bits | (1 << bit), 0);
  // Effective, permitted and inheritable words for the low 32 capabilities, then for the rest.
  const [effective = 0, permitted = 0] = held;
  held.set([effective & kept, permitted & kept, 0, 0, 0, 0]);
  const result = call(sys, 'capset', header, bytes);
  if (result < 0) journal.log('warning', `cannot drop privileges: ${describeErrno(result)}`);
}
