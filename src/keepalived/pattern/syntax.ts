import type { CodeSet } from './code-set.ts';

/** What must be so between two characters of the text. */
export type Assertion =
  /** `\A`, and `^` without multiline. */
  | 'text start'
  /** `^` with multiline: not behind a newline that ends the text. */
  | 'line start'
  /** `^` with multiline and alt_circumflex: behind every newline. */
  | 'any line start'
  /** `\z`. */
  | 'text end'
  /** `\Z`, and `$` without multiline: the end of the text, or a newline that ends it comes next. */
  | 'last line end'
  /** `$` with multiline. */
  | 'line end'
  /** `\b`. */
  | 'word edge'
  /** `\B`. */
  | 'no word edge';

/** A pattern as a tree. Captures are left out: only whether and where it matches is asked. */
export type PatternNode =
  | { readonly kind: 'set'; readonly codes: CodeSet }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly nodes: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly node: PatternNode;
      readonly min: number;
      readonly max: number | undefined;
      /** Keeps what it has matched, as with `++`. */
      readonly possessive: boolean;
    };

/** What a pattern's letters mean; those of HttpRegex.flags. */
export interface PatternOptions {
  readonly caseless: boolean;
  readonly dotall: boolean;
  readonly multiline: boolean;
  readonly extended: boolean;
  /** White space in classes is left out too, as with `(?xx)`. */
  readonly extendedMore: boolean;
  readonly dollarEndonly: boolean;
  readonly altCircumflex: boolean;
  readonly allowEmptyClass: boolean;
  /** Characters of the text are those of UTF-8 rather than its bytes. */
  readonly utf: boolean;
  /** `\d`, `\w`, `\s` and POSIX classes go by Unicode's properties. */
  readonly ucp: boolean;
}

/**
 * Why a pattern cannot be used: `malformed` by the rules of PCRE, or `unsupported` here.
 * `reason` is a clause such as "lookahead (?= cannot be matched in linear time".
 */
export class PatternRefusal extends Error {
  readonly kind: 'malformed' | 'unsupported';

  constructor(kind: 'malformed' | 'unsupported', reason: string) {
    super(reason);
    this.kind = kind;
  }
}
