import type { Conf, LvsSyncDaemon } from '../../../keepalived/model/conf.ts';
import type { SyncState } from '../../core/netlink/ipvs-message.ts';
import type { InstanceStateName } from '../../core/vrrp/event.ts';
import type { IpvsKernel } from './ipvs-kernel.ts';

/**
 * The kernel's connection synchronisation: it sends while its instance is MASTER, and takes while it is not. Where it is
 * told no instance, it does both all the time.
 */
export class SyncDaemonFollower {
  readonly #ipvs: IpvsKernel;
  readonly #daemon: LvsSyncDaemon;
  readonly #id: number;
  #wanted: readonly SyncState[] = [];
  /** Those that the kernel has taken. */
  #running: readonly SyncState[] = [];

  /** Stops what another agent may have left running. */
  constructor(
    ipvs: IpvsKernel,
    conf: Conf,
    daemon: LvsSyncDaemon,
    stateOf: (instance: string) => InstanceStateName | undefined,
  ) {
    this.#ipvs = ipvs;
    this.#daemon = daemon;
    const followed = conf.vrrp.vrrp_instance.find(({ name }) => name === daemon.vrrp_instance);
    this.#id = daemon.id ?? followed?.virtual_router_id ?? 0;
    ipvs.stopDaemon('master');
    ipvs.stopDaemon('backup');
    if (daemon.vrrp_instance === undefined) this.#run(['master', 'backup']);
    else this.#follow(followed === undefined ? undefined : stateOf(followed.name));
  }

  became(instance: string, state: InstanceStateName): void {
    if (instance === this.#daemon.vrrp_instance) this.#follow(state);
  }

  /** What the kernel refused may work once its interface is there. */
  linkChanged(name: string): void {
    if (name === this.#daemon.interface) this.retry();
  }

  retry(): void {
    this.#run(this.#wanted);
  }

  close(): void {
    this.#run([]);
  }

  #follow(state: InstanceStateName | undefined): void {
    this.#run([state === 'MASTER' ? 'master' : 'backup']);
  }

  /** What is not wanted ends before the other begins. */
  #run(wanted: readonly SyncState[]): void {
    const { interface: name, maxlen, port, ttl, group } = this.#daemon;
    const before = this.#running;
    this.#wanted = wanted;
    for (const state of before) if (!wanted.includes(state)) this.#ipvs.stopDaemon(state);
    this.#running = wanted.filter(
      (state) =>
        before.includes(state) ||
        this.#ipvs.startDaemon({ state, interface: name, id: this.#id, maxlen, port, ttl, group }),
    );
  }
}
