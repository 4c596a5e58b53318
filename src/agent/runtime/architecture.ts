import type { Sys } from '../shell/sys/sys.ts';

/** Processor architectures of directors; `uname -m` prints x86_64 and aarch64. */
export type Architecture = Sys['arch'];

/** Prefixes of compilers, as in x86_64-linux-gnu-gcc. */
export const TRIPLES: Readonly<Record<Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
