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

/** Minimum interval between writes while no state changes. */
const GAP_MS = 200;
/** Fixed width of the time, so that it can be overwritten in place. */
const DIGITS = 15;

type Master = Omit<Inherited, 'lastMaster'>;

interface Saved {
  /** When all of them were last known to be MASTER, in CLOCK_MONOTONIC of this boot. */
  readonly lastMaster: string;
  readonly masters: readonly Master[];
}

/** Records which instances are MASTER and since when, so that a restart after a crash can resume. */
export class StateFile {
  readonly #sys: Sys;
  readonly #file: BootFile;
  readonly #complaints: Complaints;
  /** The masters in the file, and their text for comparison. */
  #masters: readonly Master[] = [];
  #text = '[]';
  #written: Instant = -Infinity;
  /** Descriptor of the current file. */
  #fd = -1;

  constructor(sys: Sys, path: string, complaints: Complaints) {
    this.#sys = sys;
    this.#file = new BootFile(sys, path);
    this.#complaints = complaints;
  }

  /** The state of the previous agent; none if the file is absent, invalid, or from another boot. */
  inherit(): readonly Inherited[] {
    const saved = this.#file.read(1024 * 1024, isSaved);
    if (saved === undefined) return [];
    // Rewritten even without masters, to clear the inherited state.
    this.#remember(saved.masters, JSON.stringify(saved.masters));
    return saved.masters.map((one) => ({ ...one, lastMaster: Number(saved.lastMaster) }));
  }

  /** Updates the time. To be called after sending adverts without state changes. */
  renew(now: Instant): void {
    if (this.#masters.length === 0 || now - this.#written < GAP_MS) return;
    this.#written = now;
    // The time is at the start of the file.
    const beginning = encodeUtf8(this.#file.textOf({ lastMaster: timeText(now) }).slice(0, -1));
    const { length } = beginning;
    // A write within one page is atomic for readers; replacing the file could take milliseconds on disk.
    if (this.#fd >= 0 && call(this.#sys, 'pwrite64', this.#fd, beginning, length, 0) === length) return;
    this.#write();
  }

  /** Updates addresses, for example after a reload, but not the time, as no advert was sent. */
  holds(state: VrrpState): void {
    if (this.#written > -Infinity) this.save(state, this.#written);
  }

  /** To be called if the state of an instance may have changed. */
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
    const words = `cannot write ${this.#file.path}: ${describeErrno(result)}. A killed agent will not resume as MASTER after a restart.`;
    this.#complaints.raise('state file', words, 'warning');
  }

  /** Returns 0 or -errno. */
  #replace(bytes: Uint8Array): number {
    if (this.#fd >= 0) closeFile(this.#sys, this.#fd);
    this.#fd = -1;
    const result = this.#file.replace(bytes);
    if (result < 0) {
      // The old content is outdated.
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
  const isValidHeld = !('held' in value) || (Array.isArray(value.held) && value.held.every(isHeld));
  return isValidHeld && typeof value.instance === 'string';
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
