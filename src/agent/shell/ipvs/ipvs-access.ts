import type { Conf } from '../../../keepalived/model/conf.ts';
import type { IpvsChange, Table } from '../../../keepalived/ipvs/table.ts';
import { NETLINK } from '../../core/netlink/number.ts';
import type { InstanceStateName } from '../../core/vrrp/event.ts';
import type { Complaints } from '../service/complaints.ts';
import { exists } from '../sys/files.ts';
import { IpvsKernel } from './ipvs-kernel.ts';
import type { Journal } from '../service/journal.ts';
import type { Loop } from '../loop/loop-types.ts';
import { NetlinkSocket } from '../net/netlink-socket.ts';
import { SyncDaemonFollower } from './sync-daemon.ts';
import type { Sys } from '../sys/sys.ts';

/** Requests per turn of the loop; each takes a tenth of a millisecond. */
const CHANGES_A_TURN = 32;
const MODPROBE = ['/sbin/modprobe', '/usr/sbin/modprobe', '/bin/modprobe'];

export interface IpvsHost {
  readonly sys: Sys;
  readonly loop: Loop;
  readonly journal: Journal;
  readonly complaints: Complaints;
}

/** Access to IPVS, loaded on demand. Not required while no virtual servers are configured. */
export class IpvsAccess {
  readonly #host: IpvsHost;
  readonly #generic: NetlinkSocket;
  readonly #loaded: () => void;
  readonly #stateOf: (instance: string) => InstanceStateName | undefined;
  #kernel: IpvsKernel | undefined;
  #sync: SyncDaemonFollower | undefined;
  #synced = '';
  #asked = false;
  #closed = false;
  #conf: Conf | undefined;
  /** Pending changes, in order. */
  #waiting: IpvsChange[] = [];

  /** @param loaded called if IPVS becomes available after `configure`, to set up the table */
  constructor(host: IpvsHost, loaded: () => void, stateOf: (instance: string) => InstanceStateName | undefined) {
    this.#host = host;
    this.#loaded = loaded;
    this.#stateOf = stateOf;
    this.#generic = new NetlinkSocket(host.sys, NETLINK.GENERIC);
  }

  configure(conf: Conf): void {
    this.#conf = conf;
    const { lvs_sync_daemon, lvs_timeouts } = conf.global_defs;
    const isNeeded = conf.check.virtual_server.length > 0 || lvs_sync_daemon !== undefined;
    if (isNeeded && this.#kernel === undefined) this.#open();
    else this.#host.complaints.settle('ipvs');
    if (this.#kernel === undefined) return;
    if (lvs_timeouts !== undefined) this.#kernel.setTimeouts(lvs_timeouts);
    const wanted = JSON.stringify(lvs_sync_daemon);
    if (wanted === this.#synced) {
      this.#sync?.retry();
      return;
    }
    this.#synced = wanted;
    this.#sync?.close();
    this.#sync =
      lvs_sync_daemon === undefined
        ? undefined
        : new SyncDaemonFollower(this.#kernel, conf, lvs_sync_daemon, this.#stateOf);
  }

  /** The kernel table, empty without IPVS; undefined if it cannot be read, which is logged. */
  table(): Table | undefined {
    this.flush();
    const { complaints } = this.#host;
    try {
      const table = this.#kernel?.table() ?? [];
      complaints.settle('table');
      return table;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      complaints.raise('table', `cannot read the IPVS table: ${reason}`);
      return undefined;
    }
  }

  /** Spreads many changes over several turns: a lost quorum may affect a thousand destinations. */
  apply(changes: readonly IpvsChange[]): void {
    if (this.#waiting.length === 0 && changes.length <= CHANGES_A_TURN) return this.#kernel?.apply(changes);
    const isFirst = this.#waiting.length === 0;
    this.#waiting = [...this.#waiting, ...changes];
    if (isFirst) this.#work();
  }

  /** Makes all pending changes. */
  flush(): void {
    this.#kernel?.apply(this.#waiting.splice(0));
  }

  #work(): void {
    this.#kernel?.apply(this.#waiting.splice(0, CHANGES_A_TURN));
    const { loop } = this.#host;
    if (this.#waiting.length > 0) loop.at(loop.now(), () => this.#work());
  }

  became(instance: string, state: InstanceStateName): void {
    this.#sync?.became(instance, state);
  }

  linkChanged(name: string): void {
    this.#sync?.linkChanged(name);
  }

  close(): void {
    this.flush();
    this.#closed = true;
    this.#sync?.close();
  }

  #open(): void {
    const { journal, complaints } = this.#host;
    const opened = IpvsKernel.open(this.#generic, (text) => journal.log('error', text));
    if (typeof opened !== 'string') {
      this.#kernel = opened;
      complaints.settle('ipvs');
      return;
    }
    if (!this.#asked && this.#askModprobe()) return;
    const text = `IPVS is not available (${opened}): real servers are checked, but nothing is balanced. Load ip_vs and reload.`;
    complaints.raise('ipvs', text);
  }

  /** Kernels before 5.13 do not load ip_vs automatically. @returns false without modprobe */
  #askModprobe(): boolean {
    const { sys, loop } = this.#host;
    this.#asked = true;
    const program = MODPROBE.find((path) => exists(sys, path));
    if (program === undefined) return false;
    const stdio = [undefined, undefined, undefined] as const;
    const pid = sys.spawn({ argv: [program, 'ip_vs'], env: {}, identity: undefined, stdio });
    if (pid < 0) return false;
    loop.onExit(pid, () => {
      // The agent may have reloaded or stopped meanwhile.
      if (this.#closed || this.#conf === undefined) return;
      this.configure(this.#conf);
      if (this.#kernel !== undefined) this.#loaded();
    });
    return true;
  }
}
