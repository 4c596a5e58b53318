import type { Line } from '../plan/render.ts';
import type { CheckResult } from './check.ts';

const MARK = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;
const TONE = { passed: 'add', failed: 'bad', skipped: 'change' } as const;

/** Where the text of a field begins. */
const FIELD = 16;

/** A line for what holds; what was expected, what was seen and what to do for what does not. */
export function renderChecks(results: readonly CheckResult[]): readonly Line[] {
  return [
    ...results.flatMap((result): readonly Line[] => {
      const head: Line = { tone: TONE[result.status], hang: 6, text: `${MARK[result.status]}  ${result.title}` };
      if (result.status === 'passed') return [head, { tone: 'faint', hang: 6, text: `      ${result.saw}` }];
      return [
        head,
        { tone: 'plain', hang: FIELD, text: `      expected  ${result.expected}` },
        { tone: 'plain', hang: FIELD, text: `      saw       ${result.saw}` },
        ...(result.todo === undefined || result.todo === ''
          ? []
          : [{ tone: 'plain', hang: FIELD, text: `      to do     ${result.todo}` } as const]),
      ];
    }),
    { tone: 'title', text: verdict(results) },
  ];
}

export function verdict(results: readonly CheckResult[]): string {
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} not asked`;
  return count('failed') === 0
    ? `Verified: ${count('passed')} checks hold${skipped}.`
    : `Not verified: ${count('failed')} of ${results.length} checks failed${skipped}.`;
}
