import type { Role } from '../inventory/cluster.ts';
import type { Command } from '../remote/command.ts';
import { type Kind, type Want, kindOf } from '../resources/kinds.ts';
import type { Action, Field } from '../resources/resource.ts';
import { followUp } from '../resources/service.ts';

/** One thing on one host that is not as it must be. */
export interface Change {
  readonly host: string;
  readonly role: Role;
  readonly kind: Kind;
  readonly key: string;
  readonly action: Action;
  readonly fields: readonly Field[];
  readonly reason: string | undefined;
  readonly disruptive: boolean;
  readonly secrets: readonly string[];
  readonly steps: readonly Command[];
}

/** Holds what a host must be against what it is. The order is that of the wants. */
export function changesOf(
  host: string,
  role: Role,
  wants: readonly Want[],
  have: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): readonly Change[] {
  const own = wants.map((want) => {
    const kind = kindOf(want);
    return { want, key: kind.key(want), diff: kind.diff(want, have.get(want.kind)?.get(kind.key(want))) };
  });
  // Who may read a file is no news to the service that has read it.
  const changedKeys = new Set(
    own.flatMap(({ key, diff }) => (diff?.fields.some(({ name }) => name !== 'mode') === true ? [key] : [])),
  );
  const due = own.map((one) => ({
    ...one,
    diff: one.want.kind === 'service' ? followUp(one.want, one.diff, changedKeys) : one.diff,
  }));
  return due.flatMap(({ want, key, diff }): readonly Change[] => {
    if (diff === undefined) return [];
    return [
      {
        host,
        role,
        kind: want.kind,
        key,
        action: diff.action,
        fields: diff.fields,
        reason: diff.reason,
        disruptive: diff.disruptive,
        secrets: want.kind === 'file' ? want.secrets : [],
        steps: kindOf(want).steps(want, diff),
      },
    ];
  });
}

/** Whether two changes are about one thing. */
export function isSame(one: Change, other: Change): boolean {
  return one.host === other.host && one.kind === other.kind && one.key === other.key;
}
