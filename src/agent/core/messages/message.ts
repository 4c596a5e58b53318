/**
 * Reducers emit codes with arguments; tables map each code to its wording. The tables are the only place with text for
 * people, so that a change of wording changes neither state nor effects, and tests compare codes.
 */
export type Wording<Args> = (args: Args) => string;

/** A code of a table of wordings, with its arguments. */
export type Coded<Table> = {
  readonly [Code in keyof Table]: { readonly code: Code } & ArgsOf<Table[Code]>;
}[keyof Table];

/** A wording without parameters has no arguments. */
type ArgsOf<Word> = Word extends () => string ? unknown : Word extends Wording<infer Args> ? Readonly<Args> : never;

/** The text of a code. The table is the one that the type of `coded` was derived from. */
export function wordingOf<Table extends Readonly<Record<string, Wording<never>>>>(
  table: Table,
  coded: { readonly code: keyof Table },
): string {
  return table[coded.code]?.(coded as never) ?? '';
}
