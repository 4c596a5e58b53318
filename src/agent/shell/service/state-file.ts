import { parseAddress } from '../../../keepalived/text/address.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { Instant } from '../../core/step.ts';
import type { HeldAddress, Inherited } from '../../core/vrrp/event.ts';
import { deviceOf } from '../../core/vrrp/addresses.ts';
import type { VrrpState } from '../../core/vrrp/state.ts';
import { BootFile } from '../sys/boot-file.ts';
import type { Complaints } from './complaints.ts';
import { describeErrno } from '../sys/errno.ts';
import { O_WRONLY, closeFile, openFile, removeFile } from '../sys/files.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

/** Adverts come more often than it is worth to write that nothing has changed. */
const GAP_MS = 200;
/** Places for the time in the file, so that another one can be written over it. */
const DIGITS = 15;

type Master = Omit<Inherited, 'lastMaster'>;

interface Saved {
  /** When all of them were MASTER for certain: CLOCK_MONOTONIC, which means nothing after another boot. */
  readonly lastMaster: string;
  readonly masters: readonly Master[];
}

/** What a restart takes over from an agent that was killed: of which instances it was MASTER, and when for certain. */
export class StateFile {
  readonly #sys: Sys;
  readonly #file: BootFile;
  readonly #complaints: Complaints;
  /** Who is MASTER and of what, as it stands in the file; and its text, to be compared. */
  #masters: readonly Master[] = [];
  #text = '[]';
  #written: Instant = -Infinity;
  /** The file that is there. */
  #fd = -1;

  constructor(sys: Sys, path: string, complaints: Complaints) {
    this.#sys = sys;
    this.#file = new BootFile(sys, path);
    this.#complaints = complaints;
  }

  /** What the one before has left; nothing when the file is absent, is of another boot, or is none of ours. */
  inherit(): readonly Inherited[] {
    const saved = this.#file.read(1024 * 1024, isSaved);
    if (saved === undefined) return [];
    // It is said anew even when nobody is MASTER: what was inherited is not there any more.
    this.#remember(saved.masters, JSON.stringify(saved.masters));
    return saved.masters.map((one) => ({ ...one, lastMaster: Number(saved.lastMaster) }));
  }

  /** To be called when adverts were sent, and no state has changed: nothing is written but the time. */
  renew(now: Instant): void {
    if (this.#masters.length === 0 || now - this.#written < GAP_MS) return;
    this.#written = now;
    // The whole text begins with it.
    const beginning = encodeUtf8(this.#file.textOf({ lastMaster: timeText(now) }).slice(0, -1));
    const { length } = beginning;
    // Within the one write of a page nobody finds half of it; to replace the file takes a disk milliseconds.
    if (this.#fd >= 0 && call(this.#sys, 'pwrite64', this.#fd, beginning, length, 0) === length) return;
    this.#write();
  }

  /** To be called when addresses have come or gone, as by a reload. Nothing was sent: who is MASTER is as certain as before. */
  holds(state: VrrpState): void {
    if (this.#written > -Infinity) this.save(state, this.#written);
  }

  /** To be called when the state of an instance may have changed. */
  save(state: VrrpState, now: Instant): void {
    const held = state.phase === 'stopped' ? [] : [...state.instances.values()].filter((one) => one.state === 'MASTER');
    const masters = held.map((one) => ({
      instance: one.conf.name,
      held: one.held.map((address) => ({
        interface: deviceOf(address, one.conf),
        address: address.address,
        prefix: address.prefix,
        peer: address.peer,
      })),
    }));
    const text = JSON.stringify(masters);
    if (text === this.#text) return this.renew(now);
    this.#remember(masters, text);
    this.#written = now;
    this.#write();
  }

  #remember(masters: readonly Master[], text: string): void {
    this.#masters = masters;
    this.#text = text;
  }

  #write(): void {
    const saved: Saved = { lastMaster: timeText(this.#written), masters: this.#masters };
    const result = this.#replace(encodeUtf8(`${this.#file.textOf(saved)}\n`));
    if (result >= 0) return this.#complaints.settle('state file');
    const words = `${this.#file.path} cannot be written: ${describeErrno(result)}. An agent that is killed will not be able to go on as MASTER after its restart.`;
    this.#complaints.raise('state file', words, 'warning');
  }

  /** 0 or -errno. */
  #replace(bytes: Uint8Array): number {
    if (this.#fd >= 0) closeFile(this.#sys, this.#fd);
    this.#fd = -1;
    const result = this.#file.replace(bytes);
    if (result < 0) {
      // What it says is not true any more.
      removeFile(this.#sys, this.#file.path);
      return result;
    }
    this.#fd = openFile(this.#sys, this.#file.path, O_WRONLY);
    return 0;
  }
}

function timeText(at: Instant): string {
  return String(Math.floor(at)).padStart(DIGITS);
}

function isSaved(value: object): value is Saved {
  if (!('lastMaster' in value) || typeof value.lastMaster !== 'string') return false;
  return 'masters' in value && Array.isArray(value.masters) && value.masters.every(isMaster);
}

function isMaster(value: unknown): value is Master {
  if (typeof value !== 'object' || value === null || !('instance' in value)) return false;
  const known = !('held' in value) || (Array.isArray(value.held) && value.held.every(isHeld));
  return known && typeof value.instance === 'string';
}

function isHeld(value: unknown): value is HeldAddress {
  if (typeof value !== 'object' || value === null) return false;
  if (!('interface' in value) || !('address' in value) || !('prefix' in value)) return false;
  return (
    typeof value.interface === 'string' &&
    isAddress(value.address) &&
    Number.isSafeInteger(value.prefix) &&
    (!('peer' in value) || isAddress(value.peer))
  );
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && parseAddress(value) !== undefined;
}
