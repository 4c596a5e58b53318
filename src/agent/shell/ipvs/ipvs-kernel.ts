import type { LvsTimeouts } from '../../../keepalived/model/conf.ts';
import { refusalHint } from '../../core/ipvs/refusal.ts';
import type { IpvsChange, ServiceId, Table } from '../../../keepalived/ipvs/table.ts';
import { type GenericFamily, decodeFamily, getFamily } from '../../core/netlink/generic.ts';
import {
  type SyncDaemon,
  type SyncState,
  changeRequest,
  decodeDestinations,
  decodeServices,
  deleteDaemon,
  dumpDestinations,
  dumpServices,
  newDaemon,
  setTimeouts,
} from '../../core/netlink/ipvs-message.ts';
import type { Request } from '../../core/netlink/message.ts';
import { isErrno } from '../sys/errno.ts';
import type { Answer, NetlinkSocket } from '../net/netlink-socket.ts';

/** The IPVS table of the kernel. */
export class IpvsKernel {
  readonly #generic: NetlinkSocket;
  readonly #family: GenericFamily;
  readonly #failed: (text: string) => void;

  private constructor(generic: NetlinkSocket, family: GenericFamily, failed: (text: string) => void) {
    this.#generic = generic;
    this.#family = family;
    this.#failed = failed;
  }

  /** Opens IPVS, loading ip_vs if the kernel supports that. @returns the reason if it is not available */
  static open(generic: NetlinkSocket, failed: (text: string) => void): IpvsKernel | string {
    const answer = generic.request(getFamily('IPVS'));
    if (answer.kind === 'refused') return answer.reason;
    for (const message of answer.messages) {
      const family = decodeFamily(message);
      if (family !== undefined) return new IpvsKernel(generic, family, failed);
    }
    return 'unexpected answer from the kernel';
  }

  /** The current table. @throws Error if it cannot be read */
  table(): Table {
    const { services } = decodeServices(this.#dump(dumpServices(this.#family)));
    return services.map((service) => {
      const messages = this.#dump(dumpDestinations(this.#family, service.id));
      return { ...service, destinations: decodeDestinations(messages, service.id).destinations };
    });
  }

  /** Makes changes in order. Refused ones are logged and skipped. */
  apply(changes: readonly IpvsChange[]): void {
    for (const change of changes) {
      const answer = this.#generic.request(changeRequest(this.#family, change));
      if (answer.kind === 'done' || isDoneAlready(change, answer.errno)) continue;
      const hint = refusalHint(change, answer.errno);
      const reason = hint === undefined ? answer.reason : `${answer.reason}: ${hint}`;
      this.#failed(`IPVS: cannot ${describe(change)}: ${reason}`);
    }
  }

  setTimeouts(timeouts: LvsTimeouts): void {
    this.#request('set timeouts', setTimeouts(this.#family, timeouts));
  }

  /** @returns false if the kernel refused, which is logged */
  startDaemon(daemon: SyncDaemon): boolean {
    return this.#request(
      `start the ${daemon.state} sync daemon on ${daemon.interface}`,
      newDaemon(this.#family, daemon),
    );
  }

  /** Stops the daemon, if it is running. */
  stopDaemon(state: SyncState): void {
    const answer = this.#generic.request(deleteDaemon(this.#family, state));
    if (answer.kind === 'refused' && !isErrno(-answer.errno, 'ESRCH'))
      this.#failed(`IPVS: cannot stop the ${state} sync daemon: ${answer.reason}`);
  }

  #dump(request: Request): Extract<Answer, { readonly kind: 'done' }>['messages'] {
    const answer = this.#generic.request(request);
    if (answer.kind === 'refused') throw new Error(`cannot read the IPVS table: ${answer.reason}`);
    return answer.messages;
  }

  #request(what: string, request: Request): boolean {
    const answer = this.#generic.request(request);
    if (answer.kind === 'refused') this.#failed(`IPVS: cannot ${what}: ${answer.reason}`);
    return answer.kind === 'done';
  }
}

function isDoneAlready(change: IpvsChange, number: number): boolean {
  return change.kind.startsWith('del-') && isErrno(-number, 'ESRCH', 'ENOENT');
}

function describe(change: IpvsChange): string {
  switch (change.kind) {
    case 'new-service':
      return `add service ${nameOf(change.service.id)} with scheduler ${change.service.scheduler}`;
    case 'set-service':
      return `change service ${nameOf(change.service.id)}`;
    case 'del-service':
      return `remove service ${nameOf(change.id)}`;
    case 'new-destination':
    case 'set-destination': {
      const { address, port } = change.destination;
      return `${change.kind === 'new-destination' ? 'add' : 'change'} [${address}]:${port} of ${nameOf(change.id)}`;
    }
    case 'del-destination':
      return `remove [${change.address}]:${change.port} of ${nameOf(change.id)}`;
  }
}

function nameOf(id: ServiceId): string {
  return id.kind === 'fwmark' ? `FWM ${id.fwmark}` : `[${id.address}]:${id.protocol}:${id.port}`;
}
