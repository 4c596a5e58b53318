import type { Engine } from '../inventory/cluster.ts';
import type { AgentProgram } from '../render/agent-program.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { unitFileIn } from '../platforms/init-systems.ts';
import { AGENT_PROGRAM, AGENT_UNIT, KEEPALIVED_CONF, KEEPALIVED_UNIT } from '../render/names.ts';
import type { ObsoleteFileWant } from '../resources/obsolete-file.ts';
import type { ProgramWant } from '../resources/program.ts';
import type { ServiceWant } from '../resources/service.ts';
import { withAfterwards } from './files.ts';

/** The program of the bundled agent. */
export function agentProgram(agent: AgentProgram): ProgramWant {
  return {
    kind: 'program',
    path: AGENT_PROGRAM,
    ...agent,
    tryWith: ['--version'],
    runBy: AGENT_UNIT,
  };
}

/**
 * One engine runs; the other is stopped and disabled. The other is stopped first: it resigns, and a
 * peer holds the addresses until this director takes them back.
 * @param built whether keepalived is built from source, with a unit of lvsctl's
 * @param pushed files of the user's own, which keepalived.conf may name
 */
export function services(
  engine: Engine,
  init: InitSystem,
  pushed: readonly string[] = [],
  built = false,
): readonly ServiceWant[] {
  const agent: ServiceWant = {
    kind: 'service',
    unit: AGENT_UNIT,
    reloadOn: [KEEPALIVED_CONF, ...pushed],
    restartOn: [AGENT_PROGRAM, unitFileIn(init, AGENT_UNIT)],
    disruptive: true,
  };
  const keepalived: ServiceWant = {
    kind: 'service',
    unit: KEEPALIVED_UNIT,
    reloadOn: [KEEPALIVED_CONF, ...pushed],
    restartOn: built ? ['keepalived', unitFileIn(init, KEEPALIVED_UNIT)] : [],
    disruptive: true,
  };
  return engine === 'agent'
    ? [{ ...keepalived, stoppedBecause: 'the engine is the agent' }, agent]
    : [{ ...agent, stoppedBecause: 'the engine is keepalived' }, keepalived];
}

/** Files of the agent that are obsolete once keepalived has taken over. */
export function obsoleteAgentFiles(init: InitSystem): readonly ObsoleteFileWant[] {
  const reason = 'the engine is keepalived';
  const path = unitFileIn(init, AGENT_UNIT);
  return [
    { kind: 'obsolete', path, reason, ...withAfterwards(path) },
    { kind: 'obsolete', path: AGENT_PROGRAM, reason },
  ];
}
