/** The part of `lvs-agent status` that lvsctl uses. */
export interface AgentStatus {
  /** State of the first VRRP instance; undefined without one, or in another state. */
  readonly state: VrrpState | undefined;
  /** Reported problems, including a rejected reload. */
  readonly problems: readonly string[];
}

export const STATES = ['MASTER', 'BACKUP', 'FAULT'] as const;

export type VrrpState = (typeof STATES)[number];

/** Reads the JSON of the agent's status socket; undefined for anything else. */
export function parseAgentStatus(text: string): AgentStatus | undefined {
  const whole = parsed(text);
  const instances = at(at(whole, 'vrrp'), 'instances');
  if (!Array.isArray(instances)) return undefined;
  const state = at(instances[0], 'state');
  const reload = at(at(whole, 'configuration'), 'reload');
  const refused = at(reload, 'accepted') === false ? ['the last reload was refused', ...texts(at(reload, 'said'))] : [];
  return { state: STATES.find((one) => one === state), problems: [...texts(at(whole, 'problems')), ...refused] };
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

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
