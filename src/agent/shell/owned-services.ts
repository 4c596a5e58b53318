import { decodeUtf8, encodeUtf8 } from '../core/bytes/text.ts';
import { serviceKey } from '../core/ipvs/key.ts';
import type { ServiceId } from '../core/ipvs/table.ts';
import type { Complaints } from './complaints.ts';
import { describeErrno } from './errno.ts';
import { makeDirectory, readFile, removeFile, replaceFile } from './files.ts';
import type { Loop, Timer } from './loop-types.ts';
import type { Sys } from './sys.ts';

/** After this time it is tried again to write what could not be written. */
const RETRY_MS = 3000;

/**
 * Which services of the kernel's table are the agent's own, in a file beside that of its state: one that is killed
 * leaves them behind, and what left the configuration before its restart must not stay for ever. What others have put
 * into the table is left alone, and so what is not known to be the agent's own is.
 */
export class OwnedServices {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #path: string;
  readonly #complaints: Complaints;
  readonly #boot: string;
  #written = '';
  #retry: Timer | undefined;

  constructor(sys: Sys, loop: Loop, stateFile: string, complaints: Complaints) {
    this.#sys = sys;
    this.#loop = loop;
    this.#path = `${stateFile}.services`;
    this.#complaints = complaints;
    const boot = readFile(sys, '/proc/sys/kernel/random/boot_id', 100);
    this.#boot = typeof boot === 'number' ? '' : decodeUtf8(boot).trim();
  }

  /** Those of the agent before; none when the file is absent, is of another boot (the table is gone, too), or is none of ours. */
  inherit(): readonly ServiceId[] {
    const bytes = readFile(this.#sys, this.#path, 16 * 1024 * 1024);
    if (typeof bytes === 'number') return [];
    try {
      const saved: unknown = JSON.parse(decodeUtf8(bytes));
      return isSaved(saved) && saved.boot === this.#boot && this.#boot !== '' ? saved.services : [];
    } catch {
      return [];
    }
  }

  /** To be called when the table has become what a configuration wants. */
  save(services: readonly ServiceId[]): void {
    this.close();
    const names = services.map(serviceKey).join('\n');
    if (names === this.#written) return;
    const folder = this.#path.slice(0, this.#path.lastIndexOf('/'));
    if (folder !== '') makeDirectory(this.#sys, folder, 0o700);
    const saved = { boot: this.#boot, services };
    const result = replaceFile(this.#sys, this.#path, encodeUtf8(`${JSON.stringify(saved)}\n`));
    if (result < 0) {
      const words = `${this.#path} cannot be written: ${describeErrno(result)}. A virtual server that leaves the configuration while no agent runs will stay in the kernel’s table.`;
      this.#complaints.raise('owned services', words, 'warning');
      this.#retry = this.#loop.at(this.#loop.now() + RETRY_MS, () => this.save(services));
      return;
    }
    this.#written = names;
    this.#complaints.settle('owned services');
  }

  /** The table is empty of them. */
  forget(): void {
    this.close();
    removeFile(this.#sys, this.#path);
    this.#written = '';
  }

  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }
}

function isSaved(value: unknown): value is { readonly boot: string; readonly services: readonly ServiceId[] } {
  if (typeof value !== 'object' || value === null || !('services' in value) || !('boot' in value)) return false;
  return Array.isArray(value.services) && value.services.every(isServiceId);
}

function isServiceId(value: unknown): value is ServiceId {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'fwmark') return 'family' in value && 'fwmark' in value && typeof value.fwmark === 'number';
  return value.kind === 'address' && 'protocol' in value && 'address' in value && typeof value.address === 'string';
}
