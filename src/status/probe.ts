import type { Engine } from '../desired/engine.ts';
import { UNITS } from '../desired/files.ts';
import { type AgentStatus, parseAgentStatus } from '../observe/agent-status.ts';
import { composeWhole, isWhole, split } from '../observe/sections.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import { address } from '../resources/address.ts';
import { type Connections, type IpvsService, parseConnections, parseTable } from '../resources/ipvs.ts';

/** What one director says of itself at one moment. */
export interface DirectorStatus {
  readonly host: string;
  /** What keeps the addresses; undefined when nothing that lvsctl knows runs. */
  readonly engine: Engine | undefined;
  /** As the program tells it. */
  readonly version: string | undefined;
  readonly state: AgentStatus['state'];
  /** What the agent says is wrong; keepalived says it in its log alone. */
  readonly problems: readonly string[];
  /** Virtual addresses that it holds on the wire. */
  readonly holds: readonly string[];
  /** The kernel's table, by address:port of the virtual service. */
  readonly table: ReadonlyMap<string, IpvsService>;
  /** By `connectionKey` of a virtual service and a destination. */
  readonly connections: ReadonlyMap<string, Connections>;
}

/**
 * Asks a director for all of it in one script.
 * @param nonce ends the marks between the parts
 */
export function statusScript(nonce: string): Command {
  const units = Object.entries(UNITS).map(([engine, unit]) => sh`echo "unit ${engine} $(systemctl is-active ${unit})"`);
  return composeWhole(
    [
      ['units', lines(units)],
      ['versions', sh`keepalived --version 2>&1 | head -n 1; /usr/local/sbin/lvs-agent --version`],
      ['address', address.probe([])],
      ['ipvs', sh`[ -r /proc/net/ip_vs ] && cat /proc/net/ip_vs`],
      ['agent', sh`[ -S /run/lvs-agent/status.sock ] && /usr/local/sbin/lvs-agent status`],
      ['journal', sh`journalctl -u keepalived -b -o cat --no-pager -r -g 'Entering (MASTER|BACKUP|FAULT) STATE' -n 1`],
    ],
    nonce,
  );
}

/** undefined when the script did not come to its end. */
export function parseStatus(
  host: string,
  vips: readonly string[],
  output: string,
  nonce: string,
): DirectorStatus | undefined {
  const sections = split(output, nonce);
  if (!isWhole(sections)) return undefined;
  const of = (name: string): string => sections.get(name) ?? '';
  const engine = /^unit (keepalived|agent) active$/m.exec(of('units'))?.[1] as Engine | undefined;
  const held = [...address.parse(of('address')).keys()].map((key) => key.split(' '));
  return {
    host,
    engine,
    version: engine === undefined ? undefined : versionOf(engine, of('versions')),
    state: engine === undefined ? undefined : stateOf(engine, of('agent'), of('journal')),
    problems: engine === 'agent' ? (parseAgentStatus(of('agent'))?.problems ?? []) : [],
    holds: vips.filter((vip) => held.some(([one, device]) => one === vip && device !== 'lo')),
    table: parseTable(of('ipvs')),
    connections: parseConnections(of('ipvs')),
  };
}

/** `Keepalived v2.2.7 (01/16,2022)`, `lvs-agent 0.1.0` */
function versionOf(engine: Engine, text: string): string | undefined {
  const pattern = engine === 'keepalived' ? /^Keepalived v?(\S+)/m : /^lvs-agent v?(\S+)/m;
  return pattern.exec(text)?.[1];
}

function stateOf(engine: Engine, agent: string, journal: string): DirectorStatus['state'] {
  if (engine === 'agent') return parseAgentStatus(agent)?.state;
  return /Entering (MASTER|BACKUP|FAULT) STATE/.exec(journal)?.[1] as DirectorStatus['state'];
}
