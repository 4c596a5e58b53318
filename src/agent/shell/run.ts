import type { Conf, Script } from '../../keepalived/model/conf.ts';
import { Agent } from './agent.ts';
import { timeOfDay } from './sys/clock.ts';
import { Complaints } from './service/complaints.ts';
import { hostname } from './conf/conf-files.ts';
import { readConfAside } from './conf/conf-reader.ts';
import { formatTime, type Journal, stderrJournal } from './service/journal.ts';
import { type LoadedConf, loadConf } from './conf/load-conf.ts';
import { EpollLoop, SIGHUP, SIGINT, SIGTERM } from './loop/loop.ts';
import { describeMistake } from './loop/mistake.ts';
import type { Options } from './options.ts';
import { dropPrivileges, schedule } from './sys/privileges.ts';
import { Recorder } from './record/recorder.ts';
import { openPrograms, type ProgramEnd } from './script/programs.ts';
import { type ServiceManager, serviceManager } from './service/service-manager.ts';
import { type ConfStatus, statusOf } from './service/status.ts';
import { askStatus, StatusSocket } from './service/status-socket.ts';
import type { Sys } from './sys/sys.ts';
import { call } from './sys/syscall-numbers.ts';
import { describeClockSet, watchTimeOfDay } from './sys/watch-time-of-day.ts';

/** Time for running notify scripts and pending mails before the agent exits. */
const FAREWELL_MS = 2000;
/** Limit of journal lines per configuration. */
const MOST_LINES = 100;

/** Runs the agent until SIGTERM. @returns the exit code */
export async function run(sys: Sys, options: Options): Promise<number> {
  const journal = stderrJournal(sys, options.detail);
  const loaded = loadConf(sys, options);
  say(journal, loaded);
  if (loaded.conf === undefined) {
    journal.log('error', `cannot run ${options.file}; correct the errors above`);
    return loaded.exit === 0 ? 5 : loaded.exit;
  }
  const other = askStatus(sys, options.statusSocket);
  // A hanging agent still holds its addresses.
  if ('text' in other || other.hangs) {
    const text = `another lvs-agent is running on ${options.statusSocket}; stop it first, or use a different --status-socket and --state`;
    journal.log('error', text);
    return 1;
  }
  await new Session(sys, options, journal, loaded, loaded.conf).run();
  return 0;
}

/** The life cycle of an agent. */
class Session {
  readonly #sys: Sys;
  readonly #options: Options;
  readonly #journal: Journal;
  readonly #loop: EpollLoop;
  readonly #complaints: Complaints;
  readonly #programs: ReturnType<typeof openPrograms>;
  readonly #agent: Agent;
  readonly #status: StatusSocket;
  readonly #manager: ServiceManager;
  readonly #started: string;
  #conf: Conf;
  #confStatus: ConfStatus;
  /** Number of reload requests since the current one started. */
  #reading = 0;
  #phase: 'starting' | 'running' | 'stopping' = 'starting';

  constructor(sys: Sys, options: Options, journal: Journal, loaded: LoadedConf, conf: Conf) {
    this.#sys = sys;
    this.#options = options;
    this.#journal = journal;
    this.#conf = conf;
    this.#started = this.#time();
    this.#confStatus = {
      file: options.file,
      digest: loaded.digest,
      read: this.#started,
      ignored: loaded.ignored,
      reload: null,
    };
    this.#complaints = new Complaints(journal);
    this.#complain();
    this.#loop = new EpollLoop(sys, (error) => journal.log('error', describeMistake(error)));
    this.#manager = serviceManager(sys, this.#loop);
    this.#programs = openPrograms(sys, this.#loop, journal);
    this.#agent = new Agent(
      {
        sys,
        loop: this.#loop,
        journal,
        complaints: this.#complaints,
        programs: this.#programs,
        options,
        recorder: this.#record(loaded),
      },
      conf,
    );
    this.#status = new StatusSocket(sys, this.#loop, options.statusSocket, () => this.#document());
  }

  async run(): Promise<void> {
    schedule(this.#sys, this.#journal, this.#conf);
    dropPrivileges(this.#sys, this.#journal);
    const refused = this.#status.open();
    if (refused !== undefined) {
      const text = `${this.#options.statusSocket}: ${refused}; status is not available`;
      this.#complaints.raise('status socket', text, 'warning');
    }
    watchTimeOfDay(this.#sys, this.#loop, (by) => this.#journal.log('warning', describeClockSet(by)));
    this.#loop.onSignal(SIGTERM, () => this.#stop());
    this.#loop.onSignal(SIGINT, () => this.#stop());
    this.#loop.onSignal(SIGHUP, () => this.#reload());
    this.#programs.configure(this.#conf.global_defs);
    this.#manager.watch();
    const { startup_script, startup_script_timeout } = this.#conf.global_defs;
    if (startup_script !== undefined) this.#manager.extend(startup_script_timeout + FAREWELL_MS);
    this.#script('startup_script', startup_script, startup_script_timeout, () => {
      if (this.#phase !== 'starting') return;
      this.#phase = 'running';
      this.#agent.start(this.#conf);
      this.#manager.ready();
    });
    await this.#loop.run();
    this.#status.close();
  }

  /** Reloads one at a time; a request during a reload triggers another one afterwards. */
  #reload(): void {
    if (this.#phase === 'stopping') return;
    this.#reading += 1;
    if (this.#reading > 1) return;
    this.#manager.reloading();
    readConfAside(this.#sys, this.#loop, this.#options, (loaded) => {
      const again = this.#reading > 1;
      this.#reading = 0;
      if (again) return this.#reload();
      this.#take(loaded);
      if (this.#phase === 'running') this.#manager.ready();
    });
  }

  /** Applies a configuration, or keeps the running one if it is rejected. */
  #take(loaded: LoadedConf): void {
    if (this.#phase === 'stopping') return;
    say(this.#journal, loaded);
    const reload = {
      at: this.#time(),
      accepted: loaded.conf !== undefined,
      said: loaded.lines.map(({ text }) => text),
    };
    if (loaded.conf === undefined) {
      this.#confStatus = { ...this.#confStatus, reload };
      // Logged at every attempt, not only the first.
      this.#complaints.settle('reload');
      this.#complaints.raise('reload', `rejected ${this.#options.file}; the previous configuration stays in use`);
      return;
    }
    this.#complaints.settle('reload');
    this.#conf = loaded.conf;
    const { ignored } = loaded;
    this.#confStatus = { file: this.#options.file, digest: loaded.digest, read: reload.at, ignored, reload };
    this.#complain();
    this.#journal.log('notice', `reloaded ${this.#options.file}`);
    schedule(this.#sys, this.#journal, this.#conf);
    if (this.#phase === 'running') this.#agent.reload(this.#conf);
  }

  /** Raises a complaint while parts of the configuration are ignored because of errors. */
  #complain(): void {
    const { file, ignored } = this.#confStatus;
    const [first] = ignored;
    if (first === undefined) return this.#complaints.settle('configuration');
    const more = ignored.length === 1 ? '' : `, and ${ignored.length - 1} more`;
    this.#complaints.raise('configuration', `ignoring errors in ${file}: ${first}${more}`, 'warning');
  }

  /** Idempotent. */
  #stop(): void {
    if (this.#phase === 'stopping') return;
    this.#manager.stopping();
    if (this.#phase === 'running') this.#agent.stop();
    this.#phase = 'stopping';
    const farewell = this.#loop.now() + FAREWELL_MS;
    const { shutdown_script, shutdown_script_timeout } = this.#conf.global_defs;
    this.#script('shutdown_script', shutdown_script, shutdown_script_timeout, () => {
      this.#loop.at(farewell, () => {
        this.#programs.dismiss();
        this.#loop.stop();
      });
      this.#agent.mailed(() => this.#loop.stopWhenAlone());
    });
  }

  #script(name: string, script: Script | undefined, timeoutMs: number, then: () => void): void {
    if (script === undefined) return then();
    this.#programs.check(name, script, timeoutMs, (end) => {
      if (end.kind !== 'exited' || end.code !== 0)
        this.#journal.log('warning', `${name} ${describeEnd(end, timeoutMs)}`);
      then();
    });
  }

  #record({ files }: LoadedConf): Recorder | undefined {
    const path = this.#options.record;
    if (path === undefined) return undefined;
    const header = { host: hostname(this.#sys), files };
    return new Recorder(this.#sys, path, header, (reason) =>
      this.#complaints.raise('recording', `stopped recording to ${path}: ${reason}`),
    );
  }

  #document(): string {
    const status = statusOf(this.#agent.state, {
      pid: call(this.#sys, 'getpid'),
      started: this.#started,
      time: this.#time(),
      now: this.#loop.now(),
      configuration: this.#confStatus,
      problems: this.#complaints.list(),
    });
    return `${JSON.stringify(status, undefined, 2)}\n`;
  }

  #time(): string {
    return formatTime(timeOfDay(this.#sys));
  }
}

function say(journal: Journal, { lines }: LoadedConf): void {
  for (const { level, text } of lines.slice(0, MOST_LINES)) journal.log(level, text);
  if (lines.length > MOST_LINES)
    journal.log('error', `${lines.length - MOST_LINES} more lines; run \`lvs-agent -t\` to see all`);
}

function describeEnd(end: ProgramEnd, timeoutMs: number): string {
  switch (end.kind) {
    case 'exited':
      return `exited with status ${end.code}`;
    case 'signalled':
      return `was killed by signal ${end.signal}`;
    case 'timeout':
      return `timed out after ${timeoutMs / 1000} s`;
    case 'refused':
      return `was not run: ${end.reason}`;
  }
}
