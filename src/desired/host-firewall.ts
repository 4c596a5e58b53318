import type { Cluster, Member } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { initSystemOrUsual, unitFileIn } from '../platforms/init-systems.ts';
import { firewallFiles } from '../render/firewall-script.ts';
import { FIREWALL_SCRIPT, FIREWALL_UNIT } from '../render/names.ts';
import type { Want } from '../resources/kinds.ts';
import type { ServiceWant } from '../resources/service.ts';
import { fileWants, withAfterwards } from './files.ts';
import type { FirewallRule } from './firewall-rules.ts';
import { wantedRules } from './firewall.ts';

/** Rules of the cluster in the firewall of a host, before all else: what starts later sends and receives at once. */
export function hostFirewall(cluster: Cluster, member: Member, { facts, have }: HostState): readonly Want[] {
  const init = initSystemOrUsual(facts.initSystem);
  const script = have.file.get(FIREWALL_SCRIPT);
  const kept = new Set(script?.is === 'file' ? script.text.split('\n').map(conditionsIn) : []);
  const rules = distinctly(wantedRules(cluster, member, facts, (rule) => kept.has(conditionsIn(lineOf(rule)))));
  if (rules.length === 0) return obsolete(unitFileIn(init, FIREWALL_UNIT.name));
  const files = fileWants(firewallFiles(cluster, member.host, { init }, rules.map(lineOf)));
  return [
    ...files.map((want) => (want.path === FIREWALL_SCRIPT ? { ...want, readBy: FIREWALL_UNIT.name } : want)),
    { ...UNIT, reloadOn: [FIREWALL_SCRIPT] },
    {
      kind: 'firewall',
      path: FIREWALL_SCRIPT,
      unit: FIREWALL_UNIT.name,
      accepts: rules.map(({ place, what }) => `${what} (${place})`),
    },
  ];
}

const UNIT: ServiceWant = {
  kind: 'service',
  unit: FIREWALL_UNIT.name,
  reloadOn: [],
  restartOn: [],
  disruptive: false,
};

function obsolete(unitFile: string): readonly Want[] {
  const reason = 'no firewall drops what the cluster needs on this host';
  return [
    { ...UNIT, stoppedBecause: reason },
    ...[FIREWALL_SCRIPT, unitFile].map((path): Want => ({
      kind: 'obsolete',
      path,
      reason,
      marked: true,
      // In case it was started without its unit.
      ...(path === FIREWALL_SCRIPT && { beforehand: ['stop'] }),
      ...withAfterwards(path),
    })),
  ];
}

/** A line of the script. */
function lineOf({ place, match, what }: FirewallRule): string {
  return `${place}|${match}|${what}`;
}

/** The line without its comment. */
function conditionsIn(line: string): string {
  return line.slice(0, line.lastIndexOf('|'));
}

/** bytes; nftables keeps comments of 128 at most. */
const LONGEST = 100;

/** Comments that identify a rule in its chain. */
function distinctly(rules: readonly FirewallRule[]): readonly FirewallRule[] {
  const seen = new Map<string, number>();
  return rules.map((rule) => {
    const what = rule.what.slice(0, LONGEST);
    const key = `${rule.place}|${what}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return { ...rule, what: count === 1 ? what : `${what}, rule ${count}` };
  });
}
