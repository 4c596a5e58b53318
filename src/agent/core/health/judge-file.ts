import type { FileCheck } from '../../../keepalived/model-check.ts';

/** At or below it a file takes its real server out of use (keepalived.conf(5), "Track files"). */
const FAULT = -2_147_483_648;

export interface FileVerdict {
  readonly passed: boolean;
  /** What it adds to the weight of the real server. */
  readonly extra: number;
  readonly reason: string | undefined;
}

/** With weight 0 any number but 0 fails, and `reverse` turns it round. A file that cannot be read counts as 0. */
export function judgeFile({ file, weight, reverse }: FileCheck, value = 0): FileVerdict {
  if (weight === 0) {
    const passed = (value === 0) !== reverse;
    return { passed, extra: 0, reason: passed ? undefined : `${file} holds ${value}` };
  }
  const extra = value * weight * (reverse ? -1 : 1);
  if (extra > FAULT) return { passed: true, extra, reason: undefined };
  return { passed: false, extra: 0, reason: `${file} holds ${value}, which takes more than all weight away` };
}
