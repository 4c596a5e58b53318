import type { EnginePolicy } from '../inventory/cluster.ts';
import type { PackageSource } from '../resources/platforms/platform.ts';

/** The program that keeps the virtual addresses and the table on a director. Both read the same keepalived.conf. */
export type Engine = 'keepalived' | 'agent';

export interface EngineChoice {
  readonly engine: Engine;
  /** Completes "engine agent (...)". */
  readonly because: string;
}

/**
 * What the inventory leaves to the host: keepalived where it is there or can be had, else the bundled agent.
 * @param source undefined on a host that has no package manager that lvsctl knows
 * @param localMount the folder that was looked into
 */
export function chooseEngine(
  policy: EnginePolicy,
  source: PackageSource | 'installed' | undefined,
  localMount: string | undefined,
): EngineChoice {
  if (policy !== 'auto') return { engine: policy, because: 'the inventory says so' };
  switch (source) {
    case 'installed':
      return { engine: 'keepalived', because: 'it is installed' };
    case 'mount':
      return { engine: 'keepalived', because: `${localMount ?? 'the local mount'} has it` };
    case 'candidate':
      return { engine: 'keepalived', because: "the host's lists of packages have it" };
    case 'unread':
      return { engine: 'keepalived', because: 'the host has sources of packages that it has not read yet' };
    case 'none':
      return { engine: 'agent', because: `no source of packages has keepalived: ${lookedAt(localMount)}` };
    case undefined:
      return { engine: 'agent', because: 'the host has no package manager that lvsctl knows' };
  }
}

function lookedAt(localMount: string | undefined): string {
  const lists = "the host's lists of packages do not name it";
  return localMount === undefined ? lists : `${localMount} does not hold it, and ${lists}`;
}
