import type { Line } from '../plan/render.ts';
import type { CheckResult } from './check.ts';

const MARK = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;
const TONE = { passed: 'add', failed: 'bad', skipped: 'change' } as const;

/** Column where the value of a field begins. */
const FIELD = 16;

/** One line for a passed check; expected, actual and fix for others. */
export function renderChecks(results: readonly CheckResult[]): readonly Line[] {
  return [
    ...results.flatMap((result): readonly Line[] => {
      const head: Line = { tone: TONE[result.status], hang: 6, text: `${MARK[result.status]}  ${result.title}` };
      if (result.status === 'passed') return [head, { tone: 'faint', hang: 6, text: `      ${result.actual}` }];
      return [
        head,
        { tone: 'plain', hang: FIELD, text: `      expected  ${result.expected}` },
        { tone: 'plain', hang: FIELD, text: `      actual    ${result.actual}` },
        ...(result.fix === undefined || result.fix === ''
          ? []
          : [{ tone: 'plain', hang: FIELD, text: `      fix       ${result.fix}` } as const]),
      ];
    }),
    { tone: 'title', text: verdict(results) },
  ];
}

export function verdict(results: readonly CheckResult[]): string {
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} skipped`;
  return count('failed') === 0
    ? `Verified: ${count('passed')} checks passed${skipped}.`
    : `Not verified: ${count('failed')} of ${results.length} checks failed${skipped}.`;
}
