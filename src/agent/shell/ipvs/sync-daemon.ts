import type { Conf, LvsSyncDaemon } from '../../../keepalived/model/conf.ts';
import type { SyncState } from '../../core/netlink/ipvs-message.ts';
import type { InstanceStateName } from '../../core/vrrp/event.ts';
import type { IpvsKernel } from './ipvs-kernel.ts';

/**
 * Runs the kernel's connection sync daemon as master while its instance is MASTER, as backup otherwise. Without an
 * instance, it runs both.
 */
export class SyncDaemonFollower {
  readonly #ipvs: IpvsKernel;
  readonly #daemon: LvsSyncDaemon;
  readonly #id: number;
  #wanted: readonly SyncState[] = [];
  /** Running daemons. */
  #running: readonly SyncState[] = [];

  /** Stops daemons left by a previous agent. */
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

  /** Retries when the interface of a refused daemon appears. */
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

  /** Stops unwanted daemons before starting others. */
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
