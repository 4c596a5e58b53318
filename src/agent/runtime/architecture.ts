import type { Sys } from '../shell/sys/sys.ts';

/** What a director's processor is; `uname -m` says x86_64 and aarch64. */
export type Architecture = Sys['arch'];

/** Compilers are named by it: x86_64-linux-gnu-gcc. */
export const TRIPLES: Readonly<Record<Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
