import type { Role } from '../inventory/cluster.ts';
import type { Command } from '../remote/command.ts';
import { type Have, type Kind, type Want, resourceOf } from '../resources/kinds.ts';
import type { Action, Build, Field, Surroundings, Upload } from '../resources/resource.ts';

/** One change on one host. */
export interface Change {
  readonly host: string;
  readonly role: Role;
  readonly kind: Kind;
  readonly key: string;
  readonly action: Action;
  readonly fields: readonly Field[];
  readonly reason: string | undefined;
  readonly disruptive: boolean;
  /** Whether a real server is changed after the directors. */
  readonly late?: boolean;
  /** Keys of the changes on the same host that cause this one; empty for an independent change. */
  readonly causes: readonly string[];
  readonly secrets: readonly string[];
  /** The fix when it fails, as a sentence. */
  readonly advice: string | undefined;
  /** What is sent to the host before the first wave. */
  readonly uploads?: readonly Upload[];
  /** What is built before the first wave. */
  readonly build?: Build;
  readonly steps: readonly Command[];
}

/** Compares wanted and observed state of a host. The changes are in the order of the wants. */
export function changesOf(
  host: string,
  role: Role,
  wants: readonly Want[],
  have: Have,
  around: Surroundings,
): readonly Change[] {
  const own = wants.map((want) => {
    const resource = resourceOf(want);
    return { resource, diff: resource.diff(have, around) };
  });
  // A mode change alone needs no reload.
  const changed = new Set(
    own.flatMap(({ resource: { key }, diff }) =>
      diff?.fields.some(({ name }) => name !== 'mode') === true ? [key] : [],
    ),
  );
  return own.flatMap(({ resource, diff: before }): readonly Change[] => {
    const causes = resource.dependsOn.filter((key) => changed.has(key));
    const diff = resource.followUp(before, new Set(causes));
    if (diff === undefined) return [];
    const uploads = resource.uploads(have);
    return [
      {
        host,
        role,
        kind: resource.kind,
        key: resource.key,
        action: diff.action,
        fields: diff.fields,
        reason: diff.reason,
        disruptive: diff.disruptive,
        ...(diff.late === true && { late: true }),
        causes: diff === before ? [] : causes,
        secrets: resource.secrets,
        advice: resource.advice,
        ...(uploads.length > 0 && { uploads }),
        ...(resource.build !== undefined && { build: resource.build }),
        steps: resource.steps(diff, around),
      },
    ];
  });
}

/** Whether two changes concern the same resource. */
export function isSame(one: Change, other: Change): boolean {
  return one.host === other.host && one.kind === other.kind && one.key === other.key;
}
