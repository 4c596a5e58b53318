import { readFileSync } from 'node:fs';
import { fromWords } from './words.ts';

/** Notifications of Linux 6.18 to a socket bound to RTMGRP_LINK and the address groups, during ip(8) commands. */
export interface Recorded {
  readonly what: string;
  readonly datagrams: readonly Uint8Array[];
}

export const interfaces: readonly Recorded[] = readFileSync(
  new URL('../../../fixtures/agent/netlink/interfaces.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => {
    const { what, datagrams } = JSON.parse(line) as { what: string; datagrams: string[] };
    return { what, datagrams: datagrams.map(fromWords) };
  });
