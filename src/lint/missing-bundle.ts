import { existsSync } from 'node:fs';
import { type Finding, type Linted, doubt } from '../inventory/finding.ts';

/** The file of packages is missing. A doubt, because `lvsctl bundle` makes it for this inventory. */
export function missingBundle({ cluster: { packages } }: Linted): readonly Finding[] {
  const { bundle } = packages;
  return bundle === undefined || existsSync(bundle)
    ? []
    : [
        doubt(
          ['packages', 'bundle'],
          `There is no file ${bundle}.`,
          'Make it with `lvsctl bundle`, or correct the path.',
        ),
      ];
}
