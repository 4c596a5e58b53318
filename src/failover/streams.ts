import { Failure } from '../failure.ts';
import type { Command } from '../remote/command.ts';
import type { Hosts } from './hosts.ts';
import { type ProbePlan, probeCommand } from './probe.ts';
import type { Recorder } from './recorder.ts';
import { recallWatch, watchClient, watchDirector } from './watch.ts';

/** Commands that run on hosts for the duration of a test and feed the recorder. */
export class Streams {
  /** After this time the commands end by themselves. */
  readonly seconds: number;
  readonly #hosts: Hosts;
  readonly #recorder: Recorder;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #watches = new Map<string, AbortController>();
  /** Directors whose watch ended unexpectedly. */
  readonly #ended = new Set<string>();
  #probeEnded: Failure | undefined;

  constructor(hosts: Hosts, recorder: Recorder, seconds: number) {
    this.seconds = seconds;
    this.#hosts = hosts;
    this.#recorder = recorder;
  }

  startProbe(client: string, vip: string, plan: ProbePlan): void {
    const watch = (line: string): void => this.#recorder.watch(client, line);
    this.#start(client, watchClient(vip, this.seconds), watch, this.#stop.signal, () => undefined);
    const probe = (line: string): void => this.#recorder.probe(line);
    this.#start(client, probeCommand(plan), probe, this.#stop.signal, (failure) => {
      this.#probeEnded = failure;
    });
  }

  startWatch(director: string): void {
    const stop = new AbortController();
    this.#watches.set(director, stop);
    const signal = AbortSignal.any([stop.signal, this.#stop.signal]);
    const watch = (line: string): void => this.#recorder.watch(director, line);
    this.#ended.delete(director);
    this.#start(director, watchDirector(this.seconds), watch, signal, () => {
      if (!signal.aborted) this.#ended.add(director);
    });
  }

  /** Restarts the watches of directors whose connection was lost. @throws Failure */
  async reviveWatches(timeoutMs: number, signal: AbortSignal): Promise<void> {
    for (const director of Array.from(this.#ended)) {
      await this.#hosts.renew(director, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      await this.resumeWatch(director, timeoutMs, signal);
    }
  }

  /** Reads what a director recorded while its cable was cut, and restarts its watch. @throws Failure */
  async resumeWatch(director: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.#watches.get(director)?.abort();
    const onLine = (line: string): void => this.#recorder.watch(director, line, true);
    await this.#hosts.get(director).run(recallWatch(), { timeoutMs, signal, onLine });
    this.startWatch(director);
  }

  /** @throws Failure when the request stream has ended, with the reason. */
  check(): void {
    if (this.#probeEnded !== undefined) throw this.#probeEnded;
  }

  /** Stops all streams and waits for their local ends. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  #start(
    host: string,
    command: Command,
    onLine: (line: string) => void,
    signal: AbortSignal,
    ended: (failure: Failure) => void,
  ): void {
    const run = async (): Promise<void> => {
      try {
        const timeoutMs = (this.seconds + 30) * 1000;
        const { exitCode, stderr } = await this.#hosts.get(host).run(command, { timeoutMs, signal, onLine });
        const why = stderr.trim() === '' ? `exit code ${exitCode}` : stderr.trim();
        ended(new Failure('unsupported', `${host}: the request stream ended: ${why}`, { host, exitCode, stderr }));
      } catch (error) {
        ended(error instanceof Failure ? error : new Failure('connection-lost', String(error), { host, cause: error }));
      }
    };
    this.#running.push(run());
  }
}
