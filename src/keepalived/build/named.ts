import type { Position } from '../diagnostic.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Reporter } from '../reporter.ts';
import { quote } from './values.ts';

/** A block with its name. */
export interface Named {
  readonly name: string;
  readonly block: { readonly statements: readonly Statement[]; readonly position: Position };
}

/** keepalived reports that these lack a name, and continues; if others lack one it reads no further. */
const TESTED = new Set(['vrrp_instance', 'vrrp_sync_group']);

export const exitWithoutName = (keyword: string): 2 | 5 => (TESTED.has(keyword) ? 5 : 2);

/** Exit code of a test of the file because of a second name, if not 5. */
const SECOND: ReadonlyMap<string, 0 | 2> = new Map(
  Object.entries<0 | 2>({ track_file: 0, vrrp_track_file: 0, virtual_server_group: 2 }),
);

/** Blocks of one keyword by unique name; of duplicates the first counts. */
export function namedBlocks(statements: readonly Statement[], say: Reporter): readonly Named[] {
  const found = new Map<string, Named>();
  for (const { keyword, args, block } of statements) {
    const [name, surplus] = args;
    if (name === undefined)
      say.report({
        severity: 'error',
        position: keyword.position,
        text: `${keyword.text} needs a name`,
        hint: undefined,
        exit: exitWithoutName(keyword.text),
      });
    else if (found.has(name.text))
      say.error(name.position, `duplicate ${keyword.text} ${quote(name)}`, 'choose unique names');
    else found.set(name.text, { name: name.text, block: { statements: block ?? [], position: keyword.position } });
    if (surplus !== undefined) {
      const text = `${keyword.text} takes one name; ${quote(surplus)} is a second one`;
      const exit = SECOND.get(keyword.text) ?? 5;
      if (exit === 0) say.warning(surplus.position, text, exit);
      else say.report({ severity: 'error', position: surplus.position, text, hint: undefined, exit });
    }
  }
  return [...found.values()];
}
