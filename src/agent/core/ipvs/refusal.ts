import type { IpvsChange } from '../../../keepalived/ipvs/table.ts';

/** Of errno.h, as the kernel's table of services uses them. */
const ERRNO = { EPERM: 1, ENOENT: 2, ESRCH: 3, EEXIST: 17, EINVAL: 22, ERANGE: 34, EAFNOSUPPORT: 97 } as const;

/**
 * What to do about a change that the kernel refused, as the end of a sentence; undefined where nothing more is to be
 * said than the errno does. IPVS gives no words of its own.
 */
export function refusalHint(change: IpvsChange, errno: number): string | undefined {
  switch (errno) {
    case ERRNO.EPERM:
      return 'the agent lacks CAP_NET_ADMIN';
    case ERRNO.EEXIST:
      return 'somebody else has made it meanwhile: only one program may keep the table';
    case ERRNO.ESRCH:
      return 'somebody else has removed the service meanwhile: only one program may keep the table';
    case ERRNO.EAFNOSUPPORT:
      return 'the kernel’s IPVS was built without IPv6';
    case ERRNO.ENOENT:
      return 'service' in change
        ? missingModule(change.service.scheduler, change.service.persistenceEngine)
        : 'somebody else has removed the destination meanwhile: only one program may keep the table';
    case ERRNO.ERANGE:
      return 'a weight is at least 0, and lthreshold at most uthreshold';
    case ERRNO.EINVAL:
      return 'destination' in change ? badDestination(change.destination.address) : undefined;
    default:
      return undefined;
  }
}

function missingModule(scheduler: string, engine: string | undefined): string {
  const load = `load its module (modprobe ip_vs_${scheduler}) or choose another lb_algo`;
  const persistence = `, or of its persistence engine (modprobe ip_vs_pe_${engine ?? ''})`;
  return `the kernel knows nothing of the scheduler ${scheduler}${engine === undefined ? '' : persistence}: ${load}`;
}

function badDestination(address: string): string {
  return `the kernel takes ${address} only where it is a unicast address that it has a route to, lo is up, and one of the other family is reached by a tunnel`;
}
