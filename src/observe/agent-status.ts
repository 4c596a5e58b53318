/** The part of `lvs-agent status` that lvsctl uses. */
export interface AgentStatus {
  /** Of each VRRP instance in one of these states, in the order of its configuration. */
  readonly states: VrrpStates;
  /** Reported problems, including a rejected reload. */
  readonly problems: readonly string[];
}

export const STATES = ['MASTER', 'BACKUP', 'FAULT'] as const;

export type VrrpState = (typeof STATES)[number];

/** By the name of the instance. */
export type VrrpStates = ReadonlyMap<string, VrrpState>;

/** Reads the JSON of the agent's status socket; undefined for anything else. */
export function parseAgentStatus(text: string): AgentStatus | undefined {
  const whole = parsed(text);
  const instances = at(at(whole, 'vrrp'), 'instances');
  if (!Array.isArray(instances)) return undefined;
  const reload = at(at(whole, 'configuration'), 'reload');
  const refused = at(reload, 'accepted') === false ? ['the last reload was refused', ...texts(at(reload, 'said'))] : [];
  return { states: new Map(instances.flatMap(stateOf)), problems: [...texts(at(whole, 'problems')), ...refused] };
}

function stateOf(instance: unknown): readonly (readonly [string, VrrpState])[] {
  const [name, state] = [at(instance, 'name'), at(instance, 'state')];
  const known = STATES.find((one) => one === state);
  return typeof name === 'string' && known !== undefined ? [[name, known]] : [];
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
