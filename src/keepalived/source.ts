import type { ConfHost } from './host.ts';

/** Where the text of a configuration comes from. The core opens no files: the caller supplies them. */
export interface ConfSource {
  /** The name of the first file, as it stands in messages and as `read` gets it in `from`. */
  readonly main: string;
  /**
   * The files that a pattern of `include` names, in the order of glob(3), with absolute names; a relative pattern
   * starts at the folder of `from`. The main file is asked for as `read(main, main)`.
   */
  readonly read: (pattern: string, from: string) => readonly (ConfFile | SkippedFile)[];
}

export interface ConfFile {
  readonly name: string;
  readonly text: string;
}

/** A file that is there and not read. */
export interface SkippedFile {
  readonly name: string;
  readonly why: string;
}

/** What a configuration is read against. */
export interface ConfEnv {
  /** For `@id`; undefined: the host's name up to its first dot, as keepalived has it without `--config-id`. */
  readonly configId: string | undefined;
  readonly hostname: string;
  /** ${_INSTANCE}; undefined: that of `configId`. */
  readonly instance?: string | undefined;
  /** Whether SSL_GET can be run: the static runtime has no TLS. */
  readonly tls: boolean;
  /** Undefined where no host is at hand, as in a lint: then nothing is said of interfaces, users and programs. */
  readonly host?: ConfHost | undefined;
  /** A number from 0 to 1 for ${_RANDOM}; without it, always the lowest number. */
  readonly random?: (() => number) | undefined;
}
