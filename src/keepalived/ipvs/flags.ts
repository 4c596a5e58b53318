/** IP_VS_SVC_F_* (linux/ip_vs.h): bits of `Service.flags`. */
export const SERVICE_FLAGS = {
  PERSISTENT: 0x01,
  /** The kernel's own mark of a service that is in its table; no part of `Service.flags`, and never sent. */
  HASHED: 0x02,
  ONEPACKET: 0x04,
  /** What the three mean is the scheduler's: sh-fallback and mh-fallback. */
  SCHED1: 0x08,
  /** sh-port and mh-port. */
  SCHED2: 0x10,
  SCHED3: 0x20,
} as const;
