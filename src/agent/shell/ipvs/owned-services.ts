import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { serviceKey } from '../../../keepalived/ipvs/key.ts';
import type { ServiceId } from '../../../keepalived/ipvs/table.ts';
import { BootFile } from '../sys/boot-file.ts';
import type { Complaints } from '../service/complaints.ts';
import { describeErrno } from '../sys/errno.ts';
import { removeFile } from '../sys/files.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';

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
  readonly #file: BootFile;
  readonly #complaints: Complaints;
  #written = '';
  #retry: Timer | undefined;

  constructor(sys: Sys, loop: Loop, stateFile: string, complaints: Complaints) {
    this.#sys = sys;
    this.#loop = loop;
    this.#file = new BootFile(sys, `${stateFile}.services`);
    this.#complaints = complaints;
  }

  /** Those of the agent before; none when the file is absent, is of another boot (the table is gone, too), or is none of ours. */
  inherit(): readonly ServiceId[] {
    return this.#file.read(16 * 1024 * 1024, isSaved)?.services ?? [];
  }

  /** To be called when the table has become what a configuration wants. */
  save(services: readonly ServiceId[]): void {
    this.close();
    const names = services.map(serviceKey).join('\n');
    if (names === this.#written) return;
    const result = this.#file.replace(encodeUtf8(`${this.#file.textOf({ services })}\n`));
    if (result < 0) {
      const words = `${this.#file.path} cannot be written: ${describeErrno(result)}. A virtual server that leaves the configuration while no agent runs will stay in the kernel’s table.`;
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
    removeFile(this.#sys, this.#file.path);
    this.#written = '';
  }

  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }
}

function isSaved(value: object): value is { readonly services: readonly ServiceId[] } {
  return 'services' in value && Array.isArray(value.services) && value.services.every(isServiceId);
}

function isServiceId(value: unknown): value is ServiceId {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'fwmark') return 'family' in value && 'fwmark' in value && typeof value.fwmark === 'number';
  return value.kind === 'address' && 'protocol' in value && 'address' in value && typeof value.address === 'string';
}
