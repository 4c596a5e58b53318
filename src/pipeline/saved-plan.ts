import { createHash, createHmac, randomBytes, scryptSync } from 'node:crypto';
import * as z from 'zod';
import { Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { secretsOf } from '../inventory/secrets.ts';
import { changeAsJson, planAsJson } from '../plan/json.ts';
import { type Plan, changesIn } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';
import { plan as planSession } from './plan.ts';
import type { Report } from './event.ts';
import type { Session } from './session.ts';

const FORMAT = 'lvsctl plan 1';
const HINT = 'Make a new plan with `lvsctl plan -o FILE`.';

const SAVED = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the program. */
  version: z.string().max(100),
  /** When and by whom, for people. */
  made: z.string().max(1000),
  /** Hexadecimal. */
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  inventory: z.string().regex(/^[0-9a-f]{64}$/),
  hosts: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  /** The plan as `plan --json` has it, for people and programs that review it; nothing of it is applied. */
  plan: z.unknown(),
  /** Of everything above. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A plan that was kept to be applied later: digests of what it would change on each host, and its text. */
export type SavedPlan = z.infer<typeof SAVED>;

/**
 * Secrets are no part of a saved plan, but one that changes makes it a plan for another inventory: the digests are keyed
 * with all secrets of the inventory, stretched so that they cannot be guessed from the file.
 * @param made when and by whom
 */
export function savedPlan(plan: Plan, cluster: Cluster, version: string, made: string): SavedPlan {
  const salt = randomBytes(16).toString('hex');
  const keyed = keyedWith(cluster, salt);
  const content = {
    format: FORMAT,
    version,
    made,
    salt,
    inventory: keyed(inventoryText(cluster)),
    hosts: Object.fromEntries([...changesByHost(plan)].map(([host, text]) => [host, keyed(text)])),
    plan: planAsJson(plan) as unknown,
  } as const;
  return { ...content, digest: digestOf(content) };
}

/**
 * Reads a saved plan.
 * @param name of the file, for messages
 * @throws Failure `inventory`
 */
export function readSavedPlan(text: string, name: string): SavedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure('inventory', `${name}: not a saved plan: it is not JSON. No changes made.`, {
      hint: HINT,
      cause,
    });
  }
  const read = SAVED.safeParse(value);
  if (!read.success) {
    const [{ path, message } = { path: [], message: '' }] = read.error.issues;
    throw new Failure('inventory', `${name}: not a saved plan: ${path.join('.')}: ${message}. No changes made.`, {
      hint: HINT,
    });
  }
  const { digest, ...content } = read.data;
  if (digestOf(content) !== digest)
    throw new Failure('inventory', `${name}: the plan was changed after it was saved. No changes made.`, {
      hint: HINT,
    });
  return read.data;
}

/** What of a saved plan still holds. */
export interface Resumed extends Planned {
  /** Hosts whose changes are others by now, which are left alone. */
  readonly stale: readonly string[];
  /** Directors that are left alone because of these: what they forward must fit all hosts. */
  readonly held: readonly string[];
}

/** @throws Failure `inventory` for a plan of another inventory or version */
export function requireMadeFor(saved: SavedPlan, cluster: Cluster, version: string): void {
  if (saved.version !== version) {
    const message = `The plan was made by lvsctl ${saved.version}; this is ${version}. No changes made.`;
    throw new Failure('inventory', message, { hint: HINT });
  }
  if (saved.inventory !== keyedWith(cluster, saved.salt)(inventoryText(cluster)))
    throw new Failure('inventory', 'The plan was made for another inventory. No changes made.', { hint: HINT });
}

/**
 * Plans again, and keeps the changes of the hosts that did not move since. Only what is planned now is ever applied.
 * @throws Failure `stale` when nothing of it holds
 */
export async function planSaved(
  session: Session,
  saved: SavedPlan,
  report: Report,
  signal: AbortSignal,
): Promise<Resumed> {
  const keyed = keyedWith(session.cluster, saved.salt);
  const planned = await planSession(session, report, signal);
  const now = changesByHost(planned.plan);
  const stale = [...now].flatMap(([host, text]) => (saved.hosts[host] === keyed(text) ? [] : [host]));
  if (stale.length > 0 && stale.length === now.size && planned.plan.unreadable.length === 0)
    throw new Failure('stale', `${stale.join(', ')} changed after the plan was made. No changes made.`, { hint: HINT });
  const held = stale.length === 0 ? [] : directorsIn(planned.plan).filter((host) => !stale.includes(host));
  const left = new Set([...stale, ...held]);
  return { ...planned, plan: without(planned.plan, left), stale, held };
}

function directorsIn(plan: Plan): readonly string[] {
  return [...new Set(changesIn(plan).flatMap(({ host, role }) => (role === 'director' ? [host] : [])))];
}

function without(plan: Plan, hosts: ReadonlySet<string>): Plan {
  const waves = plan.waves.map(({ title, changes }) => ({
    title,
    changes: changes.filter(({ host }) => !hosts.has(host)),
  }));
  return { ...plan, waves: waves.filter(({ changes }) => changes.length > 0) };
}

function changesByHost(plan: Plan): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const change of changesIn(plan))
    texts.set(change.host, `${texts.get(change.host) ?? ''}${JSON.stringify(changeAsJson(change))}\n`);
  return texts;
}

function inventoryText(cluster: Cluster): string {
  return JSON.stringify(cluster, (_key, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value,
  );
}

function keyedWith(cluster: Cluster, salt: string): (text: string) => string {
  const key = scryptSync(secretsOf(cluster).join('\0'), salt, 32);
  return (text) => createHmac('sha256', key).update(text).digest('hex');
}

function digestOf(content: Omit<SavedPlan, 'digest'>): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
