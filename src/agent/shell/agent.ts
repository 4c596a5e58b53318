import type { Conf } from '../core/conf/model.ts';
import { NETLINK } from '../core/netlink/number.ts';
import type { LinkChange } from '../core/netlink/links.ts';
import type { HealthEvent } from '../core/health/event.ts';
import type { VrrpEvent } from '../core/vrrp/event.ts';
import { Announcer } from './announcer.ts';
import { openProbes, type Probes } from './check/probes.ts';
import { Complaints } from './complaints.ts';
import { Engine } from './engine.ts';
import { doHealth } from './health-port.ts';
import { HostAddresses } from './host-addresses.ts';
import { IpvsKernel } from './ipvs-kernel.ts';
import type { Journal } from './journal.ts';
import { LinkMonitor } from './link-monitor.ts';
import type { Loop } from './loop-types.ts';
import type { MachineEffect, MachineEvent } from './machine.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { Network } from './network.ts';
import type { Options } from './options.ts';
import { type Fifos, openFifos } from './script/fifos.ts';
import type { Mailer } from './script/mailer.ts';
import { openPrograms, type Programs } from './script/programs.ts';
import { StateFile } from './state-file.ts';
import { SyncDaemonFollower } from './sync-daemon.ts';
import type { Sys } from './sys.ts';
import { Timers } from './timers.ts';
import { doVrrp } from './vrrp-port.ts';
import { VrrpSockets } from './vrrp-sockets.ts';

export interface AgentHost {
  readonly sys: Sys;
  readonly loop: Loop;
  readonly journal: Journal;
  readonly options: Options;
}

/** An event without the time that it happens at. */
type Timeless<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** The cores, and all that they hear and do the world with. */
export class Agent {
  readonly #host: AgentHost;
  readonly #complaints: Complaints;
  readonly #generic: NetlinkSocket;
  readonly #links: LinkMonitor;
  readonly #sockets: VrrpSockets;
  readonly #network: Network;
  readonly #announcer: Announcer;
  readonly #addresses: HostAddresses;
  readonly #programs: Programs;
  readonly #probes: Probes;
  readonly #fifos: Fifos;
  readonly #mailer: Mailer = { send: () => undefined, close: () => undefined };
  readonly #timers: { readonly vrrp: Timers; readonly health: Timers };
  readonly #stateFile: StateFile;
  readonly #engine: Engine;
  #conf: Conf;
  #ipvs: IpvsKernel | undefined;
  #sync: SyncDaemonFollower | undefined;
  #stopping = false;

  /** @throws Error when the kernel lacks what nothing goes without: netlink, packet sockets */
  constructor(host: AgentHost, conf: Conf) {
    const { sys, loop, journal, options } = host;
    this.#host = host;
    this.#conf = conf;
    this.#complaints = new Complaints(journal);
    const failed = (text: string): void => journal.log('error', text);
    const find = (name: string): ReturnType<LinkMonitor['find']> => this.#links.find(name);
    const route = new NetlinkSocket(sys, NETLINK.ROUTE);
    this.#generic = new NetlinkSocket(sys, NETLINK.GENERIC);
    this.#links = new LinkMonitor(sys, loop, route, (change) => this.#linkChanged(change));
    this.#sockets = new VrrpSockets(sys, loop, find, (received) => this.#feedVrrp(received), failed);
    this.#network = new Network(route, find, failed);
    this.#announcer = new Announcer(sys, loop, find, failed);
    this.#addresses = new HostAddresses((address, present) => this.#feedHealth({ kind: 'address', address, present }));
    this.#programs = openPrograms(sys, loop, journal);
    this.#fifos = openFifos(sys, loop, this.#programs, journal);
    this.#probes = openProbes(sys, loop, this.#programs, (id, result) =>
      this.#feedHealth({ kind: 'probed', id, result }),
    );
    this.#timers = {
      vrrp: new Timers(loop, (id) => this.#feedVrrp({ kind: 'timer', id })),
      health: new Timers(loop, (id) => this.#feedHealth({ kind: 'timer', id })),
    };
    this.#stateFile = new StateFile(sys, options.stateFile, this.#complaints);
    this.#engine = new Engine({
      perform: (effect) => this.#perform(effect),
      taken: (event) => event,
      done: (event, effects) => this.#done(event, effects),
      mistake: (error) => journal.log('error', describeMistake(error)),
    });
  }

  /** The table comes first: an address without the services behind it refuses its clients. */
  start(): void {
    const { loop, options } = this.#host;
    const { global_defs, vrrp, check } = this.#conf;
    this.#programs.configure(global_defs);
    this.#fifos.configure(global_defs);
    this.#openIpvs();
    if (options.subsystems !== 'vrrp') {
      const kernel = this.#ipvs?.table() ?? [];
      const seed = Math.floor(loop.now() * 1000) >>> 0;
      this.#feedHealth({ kind: 'start', conf: check, kernel, seed, flush: global_defs.lvs_flush });
      this.#addresses.update(this.#links.links());
    }
    if (options.subsystems !== 'check') {
      const inherited = this.#stateFile.inherit();
      this.#feedVrrp({ kind: 'start', conf: vrrp, links: this.#links.links(), inherited });
    }
  }

  reload(conf: Conf): void {
    this.#conf = conf;
    const { global_defs, vrrp, check } = conf;
    this.#programs.configure(global_defs);
    this.#fifos.configure(global_defs);
    this.#openIpvs();
    if (this.#host.options.subsystems !== 'vrrp')
      this.#feedHealth({ kind: 'reload', conf: check, kernel: this.#ipvs?.table() ?? [] });
    if (this.#host.options.subsystems !== 'check') this.#feedVrrp({ kind: 'reload', conf: vrrp });
  }

  /** Masters resign first; then the table goes, as lvs_flush_on_stop wants it. */
  stop(): void {
    this.#stopping = true;
    this.#feedVrrp({ kind: 'stop' });
    if (!this.#host.options.keepTable) {
      const kernel = this.#ipvs?.table() ?? [];
      this.#feedHealth({ kind: 'stop', flush: this.#conf.global_defs.lvs_flush_on_stop, kernel });
    }
    this.#sync?.close();
    this.#probes.close();
    this.#programs.close();
    this.#fifos.close();
    this.#mailer.close();
  }

  #openIpvs(): void {
    const { global_defs, check } = this.#conf;
    const wanted = check.virtual_server.length > 0 || global_defs.lvs_sync_daemon !== undefined;
    if (wanted && this.#ipvs === undefined) {
      const ipvs = IpvsKernel.open(this.#generic, (text) => this.#host.journal.log('error', text));
      if (typeof ipvs === 'string') {
        const text = `the kernel has no IPVS (${ipvs}): virtual servers are checked, and nothing is balanced. Load ip_vs and reload.`;
        this.#complaints.raise('ipvs', text);
        return;
      }
      this.#ipvs = ipvs;
      this.#complaints.settle('ipvs');
    }
    if (this.#ipvs === undefined) return;
    if (global_defs.lvs_timeouts !== undefined) this.#ipvs.setTimeouts(global_defs.lvs_timeouts);
    this.#sync?.close();
    this.#sync = new SyncDaemonFollower(this.#ipvs, this.#conf);
  }

  #linkChanged(change: LinkChange): void {
    if (change.kind === 'link') {
      this.#sockets.linkChanged(change.link);
      this.#feedVrrp(change);
    } else {
      this.#sockets.linkGone(change.name);
      this.#feedVrrp(change);
    }
    this.#addresses.update(this.#links.links());
  }

  #feedVrrp(event: Timeless<VrrpEvent> | VrrpEvent): void {
    this.#engine.feed({ core: 'vrrp', event: { at: this.#host.loop.now(), ...event } });
  }

  #feedHealth(event: Timeless<HealthEvent>): void {
    this.#engine.feed({ core: 'health', event: { at: this.#host.loop.now(), ...event } });
  }

  #perform({ core, effect }: MachineEffect): void {
    const { journal } = this.#host;
    const shared = { journal, programs: this.#programs, fifos: this.#fifos, mailer: this.#mailer };
    if (core === 'health') {
      doHealth({ ...shared, timers: this.#timers.health, probes: this.#probes, ipvs: this.#ipvs }, effect);
      return;
    }
    doVrrp(
      {
        ...shared,
        timers: this.#timers.vrrp,
        complaints: this.#complaints,
        sockets: this.#sockets,
        network: this.#network,
        announcer: this.#announcer,
        keepsAddresses: () => this.#stopping && this.#host.options.keepAddresses,
        checked: (name, failed) => this.#feedVrrp({ kind: 'script', name, failed }),
        became: ({ instance, state }) => this.#sync?.became(instance, state),
      },
      effect,
    );
  }

  #done(_event: MachineEvent, effects: readonly MachineEffect[]): void {
    if (effects.some(({ effect }) => effect.kind === 'send' || effect.kind === 'became'))
      this.#stateFile.save(this.#engine.state.vrrp, this.#host.loop.now());
  }
}

/** A mistake in the program itself, with where it was. */
export function describeMistake(error: unknown): string {
  if (!(error instanceof Error)) return `a mistake in lvs-agent: ${String(error)}`;
  const place = error.stack
    ?.split('\n')
    .slice(1, 4)
    .map((line) => line.trim());
  return `a mistake in lvs-agent: ${error.message} (${place?.join(' ') ?? ''})`;
}
