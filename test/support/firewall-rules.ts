import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The rules of a host's firewall: `NAME.nft` for nft(8), `NAME.iptables` for iptables-restore(8). */
export function firewallFile(name: string): string {
  return fileURLToPath(new URL(`../fixtures/firewalls/${name}`, import.meta.url));
}

/** What the probe printed of them. */
export function printedRules(name: string): string {
  return readFileSync(firewallFile(`${name}.txt`), 'utf8');
}
