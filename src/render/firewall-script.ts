import type { Cluster, Host } from '../inventory/cluster.ts';
import { type RenderFacts, type RenderedFile, plainFile, scriptView, unitFile } from './files.ts';
import { FIREWALLS, FIREWALL_SCRIPT, FIREWALL_UNIT } from './names.ts';

/** The script that keeps rules in the firewall of a host, and its unit. @param rules its lines */
export function firewallFiles(
  cluster: Cluster,
  { name }: Host,
  facts: Pick<RenderFacts, 'init'>,
  rules: readonly string[],
): readonly RenderedFile[] {
  const view = { name, cluster: cluster.name, rules: rules.join('\n') };
  const firewalls = FIREWALLS.map((one) => `${one}.service`).join(' ');
  const unit = { name, cluster: cluster.name, firewalls, ...scriptView(cluster, FIREWALL_UNIT) };
  return [
    { ...plainFile(FIREWALL_SCRIPT.slice(1), view), mode: 0o755 },
    unitFile(facts, FIREWALL_UNIT.name, ({ script }) => script(FIREWALL_UNIT.name), unit),
  ];
}
