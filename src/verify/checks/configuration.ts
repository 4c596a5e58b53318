import { AGENT_PROGRAM } from '../../render/names.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { hide } from '../../plan/render.ts';
import { diffLines } from '../../plan/text-diff.ts';
import type { Change } from '../../plan/change.ts';
import { KINDS } from '../../resources/kinds.ts';
import { type Check, type CheckResult, failed, passed, skipped } from '../check.ts';

/** Nothing on any host differs from what a deploy would make of it. */
export const configuration: Check = ({ cluster, open: all, observations, uncompared }) => [
  ...differences(cluster, all, observations.size),
  ...uncompared.map(({ host, why, todo }) =>
    skipped('configuration', `${host}: program ${AGENT_PROGRAM}`, 'the agent that lvsctl brings', why, todo),
  ),
];

function differences(cluster: Cluster, all: readonly Change[], hosts: number): readonly CheckResult[] {
  const title = 'every host is as the inventory says';
  const open = all.filter((change) => KINDS[change.kind].verifiedBy === 'configuration' && !follows(change));
  if (open.length === 0) {
    return [passed('configuration', title, 'no difference', `no difference on ${hosts} hosts of ${cluster.name}`)];
  }
  return open.map((change) =>
    failed(
      'configuration',
      `${change.host}: ${change.kind} ${change.key}`,
      wanted(change),
      seen(change),
      '`lvsctl deploy` mends exactly this; `lvsctl plan` shows it first.',
    ),
  );
}

/** A reload that another change brings with it is no difference of its own; one that is owed from before is. */
function follows(change: Change): boolean {
  return change.action === 'run' && change.causes.length > 0;
}

function wanted(change: Change): string {
  if (change.action === 'run') return 'it has read its files';
  return change.fields
    .map((field) =>
      field.text === true ? 'the text the inventory renders' : `${field.name}: ${field.after ?? 'gone'}`,
    )
    .join(', ');
}

function seen(change: Change): string {
  if (change.action === 'run') return change.reason ?? 'it has not';
  return change.fields
    .map((field) =>
      field.text === true
        ? texts(field.before, field.after ?? '', change)
        : `${field.name}: ${field.before ?? 'not there'}`,
    )
    .join(', ');
}

/** The first line that differs names the place well enough. */
function texts(before: string | undefined, after: string, { secrets }: Change): string {
  if (before === undefined) return 'no such file';
  const differing = diffLines(hide(before, secrets), hide(after, secrets)).filter(({ sign }) => sign !== ' ');
  const first = differing[0];
  return first === undefined
    ? 'another secret'
    : `${differing.length} lines differ, the first: ${first.sign}${first.text.trim()}`;
}
