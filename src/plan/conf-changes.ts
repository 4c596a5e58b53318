import type { Directive } from '../keepalived/write.ts';
import { directivesIn } from './conf-directives.ts';

/** What differs between two keepalived.conf once order, comments and layout are set aside. */
export interface ConfChange {
  readonly action: 'create' | 'update' | 'remove';
  /** The blocks around, outermost first. */
  readonly around: readonly Directive[];
  readonly keyword: string;
  /** All statements of this keyword in the block, or the one block that comes or goes. */
  readonly before: readonly Directive[];
  readonly after: readonly Directive[];
}

/** Linear in the texts. The removals come first within a block. */
export function confChanges(before: string, after: string): readonly ConfChange[] {
  return compare(directivesIn(before), directivesIn(after), []);
}

function compare(
  before: readonly Directive[],
  after: readonly Directive[],
  around: readonly Directive[],
): readonly ConfChange[] {
  const former = byIdentity(before);
  const latter = byIdentity(after);
  const removed = [...former].flatMap(([identity, statements]): readonly ConfChange[] =>
    latter.has(identity) ? [] : [changeOf('remove', around, statements, [])],
  );
  const others = [...latter].flatMap(([identity, statements]): readonly ConfChange[] => {
    const past = former.get(identity);
    if (past === undefined) return [changeOf('create', around, [], statements)];
    if (isEqual(past, statements)) return [];
    const [one] = past;
    const [other] = statements;
    const inside = past.length === 1 && statements.length === 1 && hasBlock(one) && hasBlock(other);
    return inside
      ? compare(one.block, other.block, [...around, other])
      : [changeOf('update', around, past, statements)];
  });
  return [...removed, ...others];
}

function changeOf(
  action: ConfChange['action'],
  around: readonly Directive[],
  before: readonly Directive[],
  after: readonly Directive[],
): ConfChange {
  const [statement] = action === 'remove' ? before : after;
  return { action, around, keyword: statement?.keyword ?? '', before, after };
}

/** A block is the same one when its words are; other statements are values of their keyword. */
function byIdentity(statements: readonly Directive[]): ReadonlyMap<string, readonly Directive[]> {
  const found = new Map<string, Directive[]>();
  for (const statement of statements) {
    const { keyword, words, block } = statement;
    const identity = block === undefined ? keyword : [keyword, ...words, '{'].join(' ');
    const same = found.get(identity);
    if (same === undefined) found.set(identity, [statement]);
    else same.push(statement);
  }
  return found;
}

function hasBlock(directive: Directive | undefined): directive is Directive & { readonly block: readonly Directive[] } {
  return directive?.block !== undefined;
}

function isEqual(one: readonly Directive[], other: readonly Directive[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ keyword, words, block }, index) => {
      const that = other[index];
      return (
        that !== undefined &&
        keyword === that.keyword &&
        words.length === that.words.length &&
        words.every((word, at) => word === that.words[at]) &&
        (block === undefined || that.block === undefined ? block === that.block : isEqual(block, that.block))
      );
    })
  );
}
