import type { Finding, Linted, Rule } from './finding.ts';
import { addressing } from './rules/addressing.ts';
import { clientApart } from './rules/client.ts';
import { forwarding } from './rules/forwarding.ts';
import { membership } from './rules/membership.ts';
import { mail } from './rules/mail.ts';
import { names } from './rules/names.ts';
import { pools } from './rules/pools.ts';
import { rawBlocks } from './rules/raw.ts';
import { packageSources } from './rules/sources.ts';
import { services } from './rules/services.ts';
import { sshAccess } from './rules/ssh.ts';
import { virtualAddresses } from './rules/virtual-addresses.ts';
import { vrrp } from './rules/vrrp.ts';
import { weights } from './rules/weights.ts';

const RULES: readonly Rule[] = [
  membership,
  virtualAddresses,
  addressing,
  names,
  clientApart,
  vrrp,
  services,
  forwarding,
  pools,
  weights,
  mail,
  rawBlocks,
  sshAccess,
  packageSources,
];

/** What is wrong with an inventory as a cluster, beyond the form of each value. */
export function lint(inventory: Linted): readonly Finding[] {
  return RULES.flatMap((rule) => rule(inventory));
}
