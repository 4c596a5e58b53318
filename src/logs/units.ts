import { Failure } from '../failure.ts';
import type { Web } from '../inventory/cluster.ts';

/** A service whose messages are wanted: its unit in a journal, and its programs in a file of syslog. */
export interface LogUnit {
  readonly unit: string;
  readonly isProgram: (name: string) => boolean;
}

/** keepalived logs as `Keepalived_vrrp` and `Keepalived_healthcheckers`. */
const KEEPALIVED: LogUnit = { unit: 'keepalived.service', isProgram: (name) => /^keepalived/i.test(name) };

const AGENT: LogUnit = { unit: 'lvs-agent.service', isProgram: (name) => name === 'lvs-agent' };

/**
 * The service that a word of `--unit` stands for: `keepalived`, `agent`, `web`, or the name of a unit.
 * @throws Failure `inventory`
 */
export function logUnit(word: string, web: Web): LogUnit {
  if (word === 'keepalived') return KEEPALIVED;
  if (word === 'agent') return AGENT;
  const name = word === 'web' ? web.service : word;
  if (name === undefined)
    throw new Failure('inventory', '--unit web: the inventory names no web server.', {
      hint: 'Set web.service in the inventory, or name the unit, as in --unit nginx.',
    });
  if (!/^[A-Za-z0-9:_.@*?\\-]{1,255}$/.test(name) || name.startsWith('-'))
    throw new Failure('inventory', `--unit ${name}: not the name of a unit.`, {
      hint: 'Example: --unit nginx, or keepalived, agent, web.',
    });
  const program = name.replace(/\.service$/, '');
  return {
    unit: /\.[a-z]+$/.test(name) ? name : `${name}.service`,
    isProgram: (one) => one === program || (program === 'apache2' && one === 'httpd'),
  };
}
