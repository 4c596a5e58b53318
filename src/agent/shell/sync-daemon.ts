import type { Conf } from '../core/conf/model.ts';
import type { SyncState } from '../core/netlink/ipvs-daemon.ts';
import type { InstanceStateName } from '../core/vrrp/event.ts';
import type { IpvsKernel } from './ipvs-kernel.ts';

/** The kernel's connection synchronisation: it sends while its instance is MASTER, and takes while it is not. */
export class SyncDaemonFollower {
  readonly #ipvs: IpvsKernel;
  readonly #conf: Conf;
  #running: SyncState | undefined;

  /** Stops what another agent may have left running, and begins as backup. */
  constructor(ipvs: IpvsKernel, conf: Conf) {
    this.#ipvs = ipvs;
    this.#conf = conf;
    if (conf.global_defs.lvs_sync_daemon === undefined) return;
    ipvs.stopDaemon('master');
    ipvs.stopDaemon('backup');
    this.#follow('backup');
  }

  became(instance: string, state: InstanceStateName): void {
    const daemon = this.#conf.global_defs.lvs_sync_daemon;
    if (daemon === undefined || (daemon.vrrp_instance ?? this.#first()) !== instance) return;
    this.#follow(state === 'MASTER' ? 'master' : 'backup');
  }

  close(): void {
    if (this.#running !== undefined) this.#ipvs.stopDaemon(this.#running);
    this.#running = undefined;
  }

  #follow(state: SyncState): void {
    const daemon = this.#conf.global_defs.lvs_sync_daemon;
    if (daemon === undefined || this.#running === state) return;
    if (this.#running !== undefined) this.#ipvs.stopDaemon(this.#running);
    const { interface: name, id, maxlen, port, ttl, group } = daemon;
    const followed = daemon.vrrp_instance ?? this.#first();
    const vrid = this.#conf.vrrp.vrrp_instance.find((one) => one.name === followed)?.virtual_router_id;
    this.#ipvs.startDaemon({ state, interface: name, id: id ?? vrid ?? 0, maxlen, port, ttl, group });
    this.#running = state;
  }

  #first(): string | undefined {
    return this.#conf.vrrp.vrrp_instance[0]?.name;
  }
}
