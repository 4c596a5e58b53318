import type { Conf, LvsSyncDaemon } from '../core/conf/model.ts';
import type { SyncState } from '../core/netlink/ipvs-daemon.ts';
import type { InstanceStateName } from '../core/vrrp/event.ts';
import type { IpvsKernel } from './ipvs-kernel.ts';

/** The kernel's connection synchronisation: it sends while its instance is MASTER, and takes while it is not. */
export class SyncDaemonFollower {
  readonly #ipvs: IpvsKernel;
  readonly #daemon: LvsSyncDaemon;
  readonly #instance: string | undefined;
  readonly #id: number;
  #running: SyncState | undefined;

  /** Stops what another agent may have left running. Without `vrrp_instance` it follows the first instance. */
  constructor(
    ipvs: IpvsKernel,
    conf: Conf,
    daemon: LvsSyncDaemon,
    stateOf: (instance: string) => InstanceStateName | undefined,
  ) {
    const instances = conf.vrrp.vrrp_instance;
    this.#ipvs = ipvs;
    this.#daemon = daemon;
    this.#instance = daemon.vrrp_instance ?? instances[0]?.name;
    const followed = instances.find(({ name }) => name === this.#instance);
    this.#id = daemon.id ?? followed?.virtual_router_id ?? 0;
    ipvs.stopDaemon('master');
    ipvs.stopDaemon('backup');
    this.#follow(followed === undefined ? undefined : stateOf(followed.name));
  }

  became(instance: string, state: InstanceStateName): void {
    if (instance === this.#instance) this.#follow(state);
  }

  close(): void {
    if (this.#running !== undefined) this.#ipvs.stopDaemon(this.#running);
    this.#running = undefined;
  }

  #follow(instanceState: InstanceStateName | undefined): void {
    const state: SyncState = instanceState === 'MASTER' ? 'master' : 'backup';
    if (this.#running === state) return;
    this.close();
    const { interface: name, maxlen, port, ttl, group } = this.#daemon;
    this.#ipvs.startDaemon({ state, interface: name, id: this.#id, maxlen, port, ttl, group });
    this.#running = state;
  }
}
