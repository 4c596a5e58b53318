import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { serviceKey } from '../../../keepalived/ipvs/key.ts';
import type { ServiceId } from '../../../keepalived/ipvs/table.ts';
import { BootFile } from '../sys/boot-file.ts';
import type { Complaints } from '../service/complaints.ts';
import { describeErrno } from '../sys/errno.ts';
import { removeFile } from '../sys/files.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';

/** Retry interval after a failed write. */
const RETRY_MS = 3000;

/**
 * Records the agent's own services in a file next to the state file. A killed agent leaves its services in the kernel,
 * and those removed from the configuration before the restart must be deleted. Services not recorded here are foreign
 * and never touched.
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

  /** Services of the previous agent; none if the file is absent, invalid, or from another boot. */
  inherit(): readonly ServiceId[] {
    return this.#file.read(16 * 1024 * 1024, isSaved)?.services ?? [];
  }

  /** To be called once the table matches the configuration. */
  save(services: readonly ServiceId[]): void {
    this.close();
    const names = services.map(serviceKey).join('\n');
    if (names === this.#written) return;
    const result = this.#file.replace(encodeUtf8(`${this.#file.textOf({ services })}\n`));
    if (result < 0) {
      const words = `cannot write ${this.#file.path}: ${describeErrno(result)}. Virtual servers removed from the configuration while no agent runs will stay in the kernel.`;
      this.#complaints.raise('owned services', words, 'warning');
      this.#retry = this.#loop.at(this.#loop.now() + RETRY_MS, () => this.save(services));
      return;
    }
    this.#written = names;
    this.#complaints.settle('owned services');
  }

  /** To be called once the services are removed. */
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
