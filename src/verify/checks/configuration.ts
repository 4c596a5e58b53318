import { AGENT_PROGRAM } from '../../render/names.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { hide } from '../../plan/render.ts';
import { diffLines } from '../../plan/text-diff.ts';
import type { Change } from '../../plan/change.ts';
import { KINDS } from '../../resources/kinds.ts';
import { type Check, type CheckResult, failed, passed, skipped } from '../check.ts';

/** No host has drifted from the inventory. */
export const configuration: Check = ({ cluster, open: all, observations, unverified }) => [
  ...differences(cluster, all, observations.size),
  ...unverified.map(({ host, why, fix }) =>
    skipped('configuration', `${host}: program ${AGENT_PROGRAM}`, 'the bundled agent', why, fix),
  ),
];

function differences(cluster: Cluster, all: readonly Change[], hosts: number): readonly CheckResult[] {
  const title = 'every host matches the inventory';
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
      'Run `lvsctl deploy`; `lvsctl plan` shows the change first.',
    ),
  );
}

/** A reload caused by another change is not drift of its own; a pending one is. */
function follows(change: Change): boolean {
  return change.action === 'run' && change.causes.length > 0;
}

function wanted(change: Change): string {
  if (change.action === 'run') return 'running with its current files';
  return change.fields
    .map((field) => (field.text === true ? 'the rendered text' : `${field.name}: ${field.after ?? 'gone'}`))
    .join(', ');
}

function seen(change: Change): string {
  if (change.action === 'run') return change.reason ?? 'not reloaded';
  return change.fields
    .map((field) =>
      field.text === true
        ? texts(field.before, field.after ?? '', change)
        : `${field.name}: ${field.before ?? 'not there'}`,
    )
    .join(', ');
}

/** Only the first differing line is shown: `plan` has the full diff. */
function texts(before: string | undefined, after: string, { secrets }: Change): string {
  if (before === undefined) return 'no such file';
  const differing = diffLines(hide(before, secrets), hide(after, secrets)).filter(({ sign }) => sign !== ' ');
  const first = differing[0];
  return first === undefined
    ? 'a different secret'
    : `${differing.length} lines differ, first: ${first.sign}${first.text.trim()}`;
}
