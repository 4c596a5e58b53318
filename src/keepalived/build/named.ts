import type { Position } from '../diagnostic.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Reporter } from '../reporter.ts';
import { quote } from './values.ts';

/** A block with the name that stands before it. */
export interface Named {
  readonly name: string;
  readonly block: { readonly statements: readonly Statement[]; readonly position: Position };
}

/** keepalived tests that these have a name, and goes on without; where others have none it reads no further. */
const TESTED = new Set(['vrrp_instance', 'vrrp_sync_group']);

/** Blocks of one keyword, each with a name of its own; of two with one name the first counts. */
export function namedBlocks(statements: readonly Statement[], say: Reporter): readonly Named[] {
  const found = new Map<string, Named>();
  for (const { keyword, args, block } of statements) {
    const [name, surplus] = args;
    if (name === undefined)
      say.report({
        severity: 'error',
        position: keyword.position,
        text: `${keyword.text} needs a name behind it`,
        hint: undefined,
        exit: TESTED.has(keyword.text) ? 5 : 2,
      });
    else if (found.has(name.text))
      say.error(name.position, `there is a ${keyword.text} ${quote(name)} already`, 'give each a name of its own');
    else found.set(name.text, { name: name.text, block: { statements: block ?? [], position: keyword.position } });
    if (surplus !== undefined)
      say.error(surplus.position, `${keyword.text} has one name, and ${quote(surplus)} is a second one`);
  }
  return [...found.values()];
}
