import { parseAddress } from '../core/bytes/address.ts';
import { encodeUtf8 } from '../core/bytes/text.ts';
import type { Instant } from '../core/step.ts';
import type { HeldAddress, Inherited } from '../core/vrrp/event.ts';
import { deviceOf } from '../core/vrrp/keep.ts';
import type { VrrpState } from '../core/vrrp/state.ts';
import { BootFile } from './boot-file.ts';
import type { Complaints } from './complaints.ts';
import { describeErrno } from './errno.ts';
import { closeFile, O_WRONLY, openFile, removeFile } from './files.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

/** Adverts come more often than it is worth to write that nothing has changed. */
const GAP_MS = 200;
/** The text is filled up to a multiple of it, so that a later one of the same instances takes the same place. */
const ROUND = 256;

const NOBODY = '[]';

interface Saved {
  readonly version: 1;
  /** Their times are of CLOCK_MONOTONIC, which means nothing after another boot. */
  readonly masters: readonly Inherited[];
}

/** What a restart takes over from an agent that was killed: of which instances it was MASTER, and when for certain. */
export class StateFile {
  readonly #sys: Sys;
  readonly #file: BootFile;
  readonly #complaints: Complaints;
  /** Who is MASTER and of what, as it stands in the file. */
  #masters = NOBODY;
  #written: Instant = -Infinity;
  /** The file that is there, and how long it is. */
  #fd = -1;
  #length = 0;

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
    this.#masters = JSON.stringify(saved.masters);
    return saved.masters;
  }

  /** To be called when adverts were sent, and no state has changed. */
  renew(state: VrrpState, now: Instant): void {
    if (now - this.#written >= GAP_MS) this.save(state, now);
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
    if (text === this.#masters && (masters.length === 0 || now - this.#written < GAP_MS)) return;
    if (text !== this.#masters) this.#length = 0;
    this.#masters = text;
    this.#written = now;
    const lastMaster = Math.floor(now);
    this.#write({ version: 1, masters: masters.map((one) => ({ ...one, lastMaster })) });
  }

  #write(saved: Saved): void {
    const text = this.#file.textOf(saved);
    const bytes = encodeUtf8(`${text.padEnd(Math.ceil((text.length + 1) / ROUND) * ROUND - 1)}\n`);
    const result = this.#overwrite(bytes) ? 0 : this.#replace(bytes);
    if (result >= 0) return this.#complaints.settle('state file');
    const words = `${this.#file.path} cannot be written: ${describeErrno(result)}. An agent that is killed will not be able to go on as MASTER after its restart.`;
    this.#complaints.raise('state file', words, 'warning');
  }

  /** Within the one write of a page nobody finds half of it; to replace the file takes a disk milliseconds. */
  #overwrite(bytes: Uint8Array): boolean {
    return (
      this.#fd >= 0 &&
      bytes.length === this.#length &&
      call(this.#sys, 'pwrite64', this.#fd, bytes, bytes.length, 0) === bytes.length
    );
  }

  #replace(bytes: Uint8Array): number {
    if (this.#fd >= 0) closeFile(this.#sys, this.#fd);
    this.#fd = -1;
    const result = this.#file.replace(bytes);
    if (result < 0) {
      // What it says is not true any more.
      removeFile(this.#sys, this.#file.path);
      return result;
    }
    this.#length = bytes.length;
    this.#fd = openFile(this.#sys, this.#file.path, O_WRONLY);
    return 0;
  }
}

function isSaved(value: object): value is Saved {
  return 'masters' in value && Array.isArray(value.masters) && value.masters.every(isInherited);
}

function isInherited(value: unknown): value is Inherited {
  if (typeof value !== 'object' || value === null || !('instance' in value) || !('lastMaster' in value)) return false;
  const known = !('held' in value) || (Array.isArray(value.held) && value.held.every(isHeld));
  return known && typeof value.instance === 'string' && typeof value.lastMaster === 'number';
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
