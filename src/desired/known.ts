import type { Engine } from './engine.ts';

/** The bundled agent, as it has to be on a host. */
export interface AgentProgram {
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
  /** The program, compressed by gzip, in base64. */
  readonly packed: () => string;
}

/** Why there is no bundled agent for a host. */
export interface NoAgent {
  /** Completes "the bundled agent cannot be had: ...". */
  readonly missing: string;
  /** What would make one, in sentences; undefined when nothing does. */
  readonly todo: string | undefined;
}

/** What was seen on the hosts that decides what they must be. Before the first look all of it is unknown. */
export interface Known {
  /** Platform id of the host. */
  readonly platform: string | undefined;
  /** The interface that holds the host's address. */
  readonly interface: string;
  /** What keeps the addresses on a director; undefined stands for either, so that the traces of both are looked for. */
  readonly engine: Engine | undefined;
  /** The bundled agent for this host, where it is wanted and can be had. */
  readonly agent: AgentProgram | undefined;
  /** Whether the wanted engine runs, and its own state on this host is BACKUP. */
  readonly backup: boolean;
  /** The engine that runs on this host, wanted or not; the kernel's table is its doing. */
  readonly runs: Engine | undefined;
  /** address:port of the real servers that were seen to listen; only these must be in the kernel's table. */
  readonly serving: ReadonlySet<string>;
}

export const NOTHING_KNOWN: Known = {
  platform: undefined,
  interface: 'eth0',
  engine: undefined,
  agent: undefined,
  backup: false,
  runs: undefined,
  serving: new Set(),
};
