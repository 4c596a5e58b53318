import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { ConfFile } from '../../../keepalived/source.ts';
import { Digest } from './digest.ts';
import { describeErrno } from '../sys/errno.ts';
import { closeFile, noFollow, O_CREAT, O_NONBLOCK, O_TRUNC, O_WRONLY, openFile, writeAll } from '../sys/files.ts';
import type { MachineEffect, MachineEvent, MachineState } from '../machine.ts';
import { fromPlain, type Plain, toPlain } from './plain.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import { VERSION } from '../version.ts';

/** One line of a recording. */
export type RecordLine =
  | {
      readonly kind: 'begin';
      readonly format: 1;
      readonly version: string;
      readonly host: string;
      readonly files: readonly ConfFile[];
    }
  | { readonly kind: 'event'; readonly event: Plain }
  /** `hash` is of all effects and of the state at the end. */
  | { readonly kind: 'end'; readonly hash: string };

/** Follows what the cores make of events, so that two runs can be compared by one number. */
export class Course {
  readonly #digest = new Digest();

  add(effects: readonly MachineEffect[]): void {
    this.#digest.add(JSON.stringify(toPlain(effects)));
  }

  /** Nothing can be added after it. */
  end(state: MachineState): string {
    this.#digest.add(JSON.stringify(toPlain(state, new Map())));
    return this.#digest.toString();
  }
}

/**
 * Writes down every event that the cores get, one JSON object a line. The file can be read by its owner only: the
 * configuration and the packets in it have passwords.
 */
export class Recorder {
  readonly #sys: Sys;
  readonly #failed: (reason: string) => void;
  readonly #course = new Course();
  #fd: number;

  /** @param failed is called once, when it cannot go on: the agent does all the same */
  constructor(
    sys: Sys,
    path: string,
    begin: Omit<Extract<RecordLine, { kind: 'begin' }>, 'kind' | 'format' | 'version'>,
    failed: (reason: string) => void,
  ) {
    this.#sys = sys;
    this.#failed = failed;
    // A FIFO without a reader must not stop the agent, and a link must not make it write elsewhere.
    this.#fd = openFile(sys, path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | noFollow(sys), 0o600);
    // One that was there keeps its mode.
    if (this.#fd >= 0) call(sys, 'fchmod', this.#fd, 0o600);
    if (this.#fd < 0) failed(describeErrno(this.#fd));
    this.#write({ kind: 'begin', format: 1, version: VERSION, ...begin });
  }

  /** @returns the event as a replay will get it: read back, so that nothing in it is shared with another */
  take(event: MachineEvent): MachineEvent {
    const plain = toPlain(event);
    this.#write({ kind: 'event', event: plain });
    return fromPlain(plain) as MachineEvent;
  }

  done(effects: readonly MachineEffect[]): void {
    if (this.#fd >= 0) this.#course.add(effects);
  }

  end(state: MachineState): void {
    if (this.#fd < 0) return;
    this.#write({ kind: 'end', hash: this.#course.end(state) });
    closeFile(this.#sys, this.#fd);
    this.#fd = -1;
  }

  #write(line: RecordLine): void {
    if (this.#fd < 0) return;
    const result = writeAll(this.#sys, this.#fd, encodeUtf8(`${JSON.stringify(line)}\n`));
    if (result >= 0) return;
    closeFile(this.#sys, this.#fd);
    this.#fd = -1;
    this.#failed(describeErrno(result));
  }
}
