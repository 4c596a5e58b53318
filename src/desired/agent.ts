import type { LeftoverWant } from '../resources/leftover.ts';
import type { ProgramWant } from '../resources/program.ts';
import type { ServiceWant } from '../resources/service.ts';
import type { Engine } from './engine.ts';
import { AGENT_PROGRAM, AGENT_UNIT, AGENT_UNIT_FILE, KEEPALIVED_CONF, KEEPALIVED_UNIT } from './files.ts';
import type { Known } from './known.ts';

/** The bundled agent in its place. Which one that is need not be known to look what is there. */
export function agentProgram({ agent }: Known): ProgramWant {
  return {
    kind: 'program',
    path: AGENT_PROGRAM,
    sha256: agent?.sha256 ?? '',
    size: agent?.size ?? 0,
    packed: agent?.packed ?? (() => ''),
    tryWith: ['--version'],
    runBy: AGENT_UNIT,
  };
}

/**
 * One engine runs, and the other does not, not even after the next boot. The other is stopped first: it resigns, and a
 * peer holds the addresses until this director has them back.
 */
export function services(engine: Engine): readonly ServiceWant[] {
  const agent: ServiceWant = {
    kind: 'service',
    unit: AGENT_UNIT,
    reloadOn: [KEEPALIVED_CONF],
    restartOn: [AGENT_PROGRAM, AGENT_UNIT_FILE],
    disruptive: true,
  };
  const keepalived: ServiceWant = {
    kind: 'service',
    unit: KEEPALIVED_UNIT,
    reloadOn: [KEEPALIVED_CONF],
    restartOn: [],
    disruptive: true,
  };
  return engine === 'agent'
    ? [{ ...keepalived, stoppedBecause: 'the engine is the agent' }, agent]
    : [{ ...agent, stoppedBecause: 'the engine is keepalived' }, keepalived];
}

/** What the agent leaves behind where keepalived has taken over. */
export function leftoversOfAgent(): readonly LeftoverWant[] {
  const reason = 'the engine is keepalived';
  return [
    { kind: 'leftover', path: AGENT_UNIT_FILE, reason, afterwards: ['systemctl', 'daemon-reload'] },
    { kind: 'leftover', path: AGENT_PROGRAM, reason },
  ];
}
