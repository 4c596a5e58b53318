import type { IpvsChange } from '../../../keepalived/ipvs/table.ts';

/** Values of errno.h that IPVS returns. */
const ERRNO = { EPERM: 1, ENOENT: 2, ESRCH: 3, EEXIST: 17, EINVAL: 22, ERANGE: 34, EAFNOSUPPORT: 97 } as const;

/**
 * A hint about a change that the kernel refused, to end a sentence; undefined if the errno says it all. IPVS does not
 * provide messages itself.
 */
export function refusalHint(change: IpvsChange, errno: number): string | undefined {
  switch (errno) {
    case ERRNO.EPERM:
      return 'the agent lacks CAP_NET_ADMIN';
    case ERRNO.EEXIST:
      return 'another program has added it meanwhile; only one program may manage the table';
    case ERRNO.ESRCH:
      return 'another program has removed the service meanwhile; only one program may manage the table';
    case ERRNO.EAFNOSUPPORT:
      return 'the kernel was built without IPv6 support in IPVS';
    case ERRNO.ENOENT:
      return 'service' in change
        ? missingModule(change.service.scheduler, change.service.persistenceEngine)
        : 'another program has removed the destination meanwhile; only one program may manage the table';
    case ERRNO.ERANGE:
      return 'the weight must not be negative, and lthreshold must not exceed uthreshold';
    case ERRNO.EINVAL:
      return 'destination' in change ? badDestination(change.destination.address) : undefined;
    default:
      return undefined;
  }
}

function missingModule(scheduler: string, engine: string | undefined): string {
  const load = `load the module (modprobe ip_vs_${scheduler}) or use another lb_algo`;
  const persistence = `, or persistence engine (modprobe ip_vs_pe_${engine ?? ''})`;
  return `unknown scheduler ${scheduler}${engine === undefined ? '' : persistence}: ${load}`;
}

function badDestination(address: string): string {
  return `${address} must be a unicast address with a route, lo must be up, and another address family requires a tunnel`;
}
