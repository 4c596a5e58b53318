import type { HealthEvent } from '../core/health/event.ts';
import { wantedTable } from '../core/health/wanted.ts';
import type { Table } from '../../keepalived/ipvs/table.ts';
import type { Conf } from '../../keepalived/model/conf.ts';
import type { LinkChange } from '../core/netlink/link.ts';
import { NETLINK } from '../core/netlink/number.ts';
import type { VrrpEvent } from '../core/vrrp/event.ts';
import { Announcer } from './net/announcer.ts';
import { openProbes } from './check/probes.ts';
import { type WatchedFiles, openWatchedFiles, writeInitialNumber } from './check/watched-files.ts';
import { type WatchedProcesses, openWatchedProcesses } from './check/watched-processes.ts';
import type { Complaints } from './service/complaints.ts';
import { Engine } from './engine.ts';
import { describeErrno } from './sys/errno.ts';
import { type HealthPort, doHealth } from './health-port.ts';
import { HostAddresses } from './net/host-addresses.ts';
import { IpvsAccess } from './ipvs/ipvs-access.ts';
import type { Journal } from './service/journal.ts';
import { LinkMonitor } from './net/link-monitor.ts';
import type { Loop } from './loop/loop-types.ts';
import type { MachineEffect, MachineState } from './machine.ts';
import { describeMistake } from './loop/mistake.ts';
import { NetlinkSocket } from './net/netlink-socket.ts';
import { Network } from './net/network.ts';
import type { Options } from './options.ts';
import { OwnedServices } from './ipvs/owned-services.ts';
import type { Recorder } from './record/recorder.ts';
import { openFifos } from './script/fifos.ts';
import { openMailer } from './script/mailer.ts';
import type { Programs } from './script/programs.ts';
import { StateFile } from './service/state-file.ts';
import type { Sys } from './sys/sys.ts';
import { Timers } from './loop/timers.ts';
import { type VrrpPort, doVrrp, settleFormer } from './vrrp-port.ts';
import { VrrpSockets } from './net/vrrp-sockets.ts';
import { watchedFiles } from './watched.ts';

export interface AgentHost {
  readonly sys: Sys;
  readonly loop: Loop;
  readonly journal: Journal;
  readonly complaints: Complaints;
  readonly programs: Programs;
  readonly options: Options;
  /** Records events, if requested. */
  readonly recorder: Recorder | undefined;
}

/** An event without its time. */
type Timeless<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** Connects the cores with sockets, files, processes and the kernel. */
export class Agent {
  readonly #host: AgentHost;
  readonly #links: LinkMonitor;
  readonly #sockets: VrrpSockets;
  readonly #addresses: HostAddresses;
  readonly #files: WatchedFiles;
  readonly #processes: WatchedProcesses;
  readonly #ipvs: IpvsAccess;
  readonly #vrrp: VrrpPort;
  readonly #health: HealthPort;
  readonly #stateFile: StateFile;
  readonly #owned: OwnedServices;
  readonly #engine: Engine;
  #conf: Conf;
  #stopping = false;

  /** @throws Error if the kernel lacks netlink or packet sockets */
  constructor(host: AgentHost, conf: Conf) {
    const { sys, loop, journal, complaints, programs, options } = host;
    this.#host = host;
    this.#conf = conf;
    const failed = (text: string): void => journal.log('error', text);
    const find = (name: string): ReturnType<LinkMonitor['find']> => this.#links.find(name);
    const route = new NetlinkSocket(sys, NETLINK.ROUTE);
    this.#links = new LinkMonitor(sys, loop, route, (change) => this.#linkChanged(change));
    this.#sockets = new VrrpSockets(sys, loop, find, (event) => this.#engine.feed({ core: 'vrrp', event }), failed);
    this.#addresses = new HostAddresses((address, present) => this.#feedHealth({ kind: 'address', address, present }));
    this.#files = openWatchedFiles(sys, loop, (file, value) => this.#fileRead(file, value));
    this.#processes = openWatchedProcesses(sys, loop, (name, count) =>
      this.#feedVrrp({ kind: 'process', name, count }),
    );
    this.#ipvs = new IpvsAccess(
      host,
      () => this.#reloadHealth(),
      (name) => this.#engine.state.vrrp.instances.get(name)?.state,
    );
    const fifos = openFifos(sys, loop, programs, journal);
    const mailer = openMailer(sys, loop, journal);
    const shared = { journal, programs, fifos, mailer };
    this.#vrrp = {
      ...shared,
      complaints,
      timers: new Timers(loop, (id) => this.#feedVrrp({ kind: 'timer', id }), 'urgent'),
      sockets: this.#sockets,
      network: new Network(route, find, failed),
      announcer: new Announcer(sys, loop, find, complaints),
      keepsAddresses: () => this.#stopping && options.keepAddresses,
      checked: (name, hasFailed) => this.#feedVrrp({ kind: 'script', name, failed: hasFailed }),
      became: ({ instance, state }) => this.#ipvs.became(instance, state),
    };
    this.#health = {
      ...shared,
      timers: new Timers(loop, (id) =>
        this.#engine.feed({ core: 'health', event: { kind: 'timer', at: loop.now(), id } }),
      ),
      ipvs: this.#ipvs,
      probes: openProbes(sys, loop, programs, (id, result) =>
        this.#engine.feed({ core: 'health', event: { kind: 'probed', at: loop.now(), id, result } }),
      ),
    };
    this.#stateFile = new StateFile(sys, options.stateFile, complaints);
    this.#owned = new OwnedServices(sys, loop, options.stateFile, complaints);
    this.#engine = new Engine({
      perform: (effect) => this.#perform(effect),
      taken: (event) => host.recorder?.take(event) ?? event,
      done: (effects) => this.#done(effects),
      mistake: (error) => journal.log('error', describeMistake(error)),
    });
  }

  get state(): MachineState {
    return this.#engine.state;
  }

  /** Sets up the table first: an address without services would refuse clients. */
  start(conf: Conf): void {
    this.#conf = conf;
    const { loop } = this.#host;
    const { global_defs, vrrp, check } = this.#conf;
    this.#writeInitialNumbers();
    this.#configure();
    const kernel = this.#table();
    const seed = Math.floor(loop.now() * 1000) >>> 0;
    const owned = this.#owned.inherit();
    this.#feedHealth({ kind: 'start', conf: check, kernel, owned, seed, flush: global_defs.lvs_flush });
    this.#ipvs.flush();
    this.#noteOwned();
    this.#addresses.update(this.#links.links());
    const inherited = this.#stateFile.inherit();
    this.#feedVrrp({ kind: 'start', conf: vrrp, links: this.#links.links(), inherited });
    this.#watch();
  }

  reload(conf: Conf): void {
    this.#conf = conf;
    settleFormer(this.#host.complaints, conf.vrrp);
    this.#configure();
    this.#reloadHealth();
    this.#feedVrrp({ kind: 'reload', conf: conf.vrrp });
    this.#watch();
  }

  /** Masters resign first; then the table is cleared according to lvs_flush_on_stop. */
  stop(): void {
    this.#stopping = true;
    this.#feedVrrp({ kind: 'stop' });
    if (!this.#host.options.keepTable) {
      const flush = this.#conf.global_defs.lvs_flush_on_stop;
      const kernel = this.#ipvs.table();
      this.#feedHealth({ kind: 'stop', flush, kernel: kernel ?? wantedTable(this.state.health) });
      // If the table could not be read, the next agent has to check what is left.
      if (kernel !== undefined) this.#owned.forget();
    }
    this.#owned.close();
    this.#ipvs.close();
    this.#files.close();
    this.#processes.close();
    this.#health.probes.close();
    this.#vrrp.programs.close();
    this.#vrrp.fifos.close();
    this.#host.recorder?.end(this.state);
  }

  /** Calls `done` once no mail is pending, possibly at once. To be called after `stop`. */
  mailed(done: () => void): void {
    this.#vrrp.mailer.drain(done);
  }

  #configure(): void {
    const { global_defs } = this.#conf;
    this.#vrrp.programs.configure(global_defs);
    this.#vrrp.fifos.configure(global_defs);
    this.#vrrp.mailer.configure(global_defs);
    this.#ipvs.configure(this.#conf);
  }

  #reloadHealth(): void {
    this.#feedHealth({ kind: 'reload', conf: this.#conf.check, kernel: this.#table() });
    this.#noteOwned();
  }

  /** If the table cannot be read, assumes what has been programmed, so that nothing is added twice or left behind. */
  #table(): Table {
    return this.#ipvs.table() ?? wantedTable(this.state.health);
  }

  #noteOwned(): void {
    this.#owned.save([...this.state.health.virtuals.values()].flatMap((virtual) => virtual.services));
  }

  /** Restarts watching; every watched object is reported again. */
  #watch(): void {
    this.#files.watch(watchedFiles(this.#conf).all);
    this.#processes.watch(this.#conf.vrrp.vrrp_track_process);
  }

  #writeInitialNumbers(): void {
    for (const { name, file, init_file } of this.#conf.vrrp.vrrp_track_file) {
      const result = init_file === undefined ? 0 : writeInitialNumber(this.#host.sys, file, init_file);
      if (result < 0)
        this.#host.journal.log('error', `vrrp_track_file ${name}: ${file} cannot be written: ${describeErrno(result)}`);
    }
  }

  #fileRead(file: string, value: number | undefined): void {
    const { vrrp, health } = watchedFiles(this.#conf);
    for (const name of vrrp.get(file) ?? []) this.#feedVrrp({ kind: 'file', name, value: value ?? 0 });
    if (health.has(file)) this.#feedHealth({ kind: 'file', file, value });
  }

  #linkChanged(change: LinkChange): void {
    if (change.kind === 'link') {
      this.#sockets.linkChanged(change.link);
      this.#ipvs.linkChanged(change.link.name);
    } else this.#sockets.linkGone(change.name);
    this.#feedVrrp(change);
    this.#addresses.update(this.#links.links());
  }

  #feedVrrp(event: Timeless<VrrpEvent>): void {
    this.#engine.feed({ core: 'vrrp', event: { at: this.#host.loop.now(), ...event } });
  }

  #feedHealth(event: Timeless<HealthEvent>): void {
    this.#engine.feed({ core: 'health', event: { at: this.#host.loop.now(), ...event } });
  }

  #perform({ core, effect }: MachineEffect): void {
    if (core === 'vrrp') doVrrp(this.#vrrp, effect);
    else doHealth(this.#health, effect);
  }

  #done(effects: readonly MachineEffect[]): void {
    this.#host.recorder?.done(effects);
    let sent = false;
    let became = false;
    let moved = false;
    for (const { effect } of effects) {
      if (effect.kind === 'send') sent = true;
      else if (effect.kind === 'became') became = true;
      else if (effect.kind === 'addresses') moved = true;
    }
    if (became) {
      this.#stateFile.save(this.state.vrrp, this.#host.loop.now());
      return;
    }
    if (moved) this.#stateFile.holds(this.state.vrrp);
    if (sent) this.#stateFile.renew(this.#host.loop.now());
  }
}
