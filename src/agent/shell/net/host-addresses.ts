import type { Link } from '../../core/vrrp/event.ts';

/** Tracks the addresses of this host on all interfaces. */
export class HostAddresses {
  readonly #changed: (address: string, present: boolean) => void;
  #present: ReadonlySet<string> = new Set();

  constructor(changed: (address: string, present: boolean) => void) {
    this.#changed = changed;
  }

  /** Reports addresses added and removed since the last call. */
  update(links: readonly Link[]): void {
    const before = this.#present;
    const now = new Set(links.flatMap((link) => link.addresses.map(({ address }) => address)));
    this.#present = now;
    for (const address of now) if (!before.has(address)) this.#changed(address, true);
    for (const address of before) if (!now.has(address)) this.#changed(address, false);
  }
}
