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
  /** `hash` covers all effects and the final state. */
  | { readonly kind: 'end'; readonly hash: string };

/** Accumulates a hash of effects and final state, to compare runs. */
export class Course {
  readonly #digest = new Digest();

  add(effects: readonly MachineEffect[]): void {
    this.#digest.add(JSON.stringify(toPlain(effects)));
  }

  /** Nothing can be added afterwards. */
  end(state: MachineState): string {
    this.#digest.add(JSON.stringify(toPlain(state, new Map())));
    return this.#digest.toString();
  }
}

/**
 * Records every event of the cores as a line of JSON. The file is readable by its owner only, because it contains
 * passwords.
 */
export class Recorder {
  readonly #sys: Sys;
  readonly #failed: (reason: string) => void;
  readonly #course = new Course();
  #fd: number;

  /** @param failed called once if recording fails; the agent continues */
  constructor(
    sys: Sys,
    path: string,
    begin: Omit<Extract<RecordLine, { kind: 'begin' }>, 'kind' | 'format' | 'version'>,
    failed: (reason: string) => void,
  ) {
    this.#sys = sys;
    this.#failed = failed;
    // Must not block on a FIFO without a reader, nor follow a symbolic link.
    this.#fd = openFile(sys, path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | noFollow(sys), 0o600);
    // An existing file would keep its mode.
    if (this.#fd >= 0) call(sys, 'fchmod', this.#fd, 0o600);
    if (this.#fd < 0) failed(describeErrno(this.#fd));
    this.#write({ kind: 'begin', format: 1, version: VERSION, ...begin });
  }

  /** @returns the event as a replay will see it, without references shared between events */
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
