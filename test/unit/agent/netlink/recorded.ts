import { readFileSync } from 'node:fs';
import { fromWords } from './words.ts';

/** What Linux 6.18 told a socket bound to RTMGRP_LINK and the groups of addresses, while ip(8) was at work. */
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
