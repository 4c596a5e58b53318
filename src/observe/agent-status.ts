/** What lvsctl needs of `lvs-agent status`. */
export interface AgentStatus {
  /** Of its first VRRP instance; undefined while it has none, or is in none of these. */
  readonly state: 'MASTER' | 'BACKUP' | 'FAULT' | undefined;
}

const STATES = ['MASTER', 'BACKUP', 'FAULT'] as const;

/** Reads the JSON of the agent's status socket; undefined for anything else. */
export function parseAgentStatus(text: string): AgentStatus | undefined {
  const whole = at(parsed(text), 'vrrp');
  const instances = at(whole, 'instances');
  if (!Array.isArray(instances)) return undefined;
  const state = at(instances[0], 'state');
  return { state: STATES.find((one) => one === state) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
