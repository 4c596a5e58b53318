import type { Check, CheckResult, Evidence } from './check.ts';
import { answers } from './checks/answers.ts';
import { arp } from './checks/arp.ts';
import { configuration } from './checks/configuration.ts';
import { firewall } from './checks/firewall.ts';
import { hostSettings } from './checks/host-settings.ts';
import { managers } from './checks/managers.ts';
import { methods } from './checks/methods.ts';
import { owner } from './checks/owner.ts';
import { reachable } from './checks/reachable.ts';
import { rotation } from './checks/rotation.ts';
import { scripts } from './checks/scripts.ts';
import { table } from './checks/table.ts';

/** All checks, in display order: the client's view first. */
export const CHECKS: readonly Check[] = [
  reachable,
  answers,
  rotation,
  owner,
  arp,
  table,
  methods,
  firewall,
  managers,
  hostSettings,
  scripts,
  configuration,
];

export function judge(evidence: Evidence): readonly CheckResult[] {
  return CHECKS.flatMap((check) => check(evidence));
}
