/** IP_VS_SVC_F_* (linux/ip_vs.h): bits of `Service.flags`. */
export const SERVICE_FLAGS = {
  PERSISTENT: 0x01,
  /** Set by the kernel, and no part of `Service.flags`: a service that is sent with it is refused. */
  HASHED: 0x02,
  ONEPACKET: 0x04,
  /** What the three mean is the scheduler's: sh-fallback and mh-fallback. */
  SCHED1: 0x08,
  /** sh-port and mh-port. */
  SCHED2: 0x10,
  SCHED3: 0x20,
} as const;
