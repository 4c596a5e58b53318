/**
 * A keyword of keepalived.conf as data: its arguments, and what the agent does with it. A keyword has an entry in the table
 * of each block that may contain it.
 */
export type Keyword = Options &
  (
    | /** It is part of the model. */ { readonly status: 'model'; readonly shape: Shape }
      /** The agent ignores it with a warning, `why`. Its value is validated nevertheless. */
    | { readonly status: 'ignored'; readonly why: string; readonly shape: Shape; readonly exit: 0 | 5 }
    /** The agent rejects the file, because without the keyword it would mean something else. */
    | { readonly status: 'unsupported'; readonly why: string; readonly shape: Shape }
  );

interface Options {
  /** Of several in a block the first applies, and keepalived reports the others. */
  readonly once?: true;
  /** Without a value keepalived reports it and continues; for other keywords it stops reading. */
  readonly tested?: true;
  /** keepalived reports surplus words. */
  readonly exact?: true;
}

export type Keywords = Readonly<Record<string, Keyword>>;

/** The arguments of a keyword. Bounds are in the units of the file. */
export type Shape =
  | { readonly kind: 'flag' }
  /** on, off, true, false, yes or no; without a value it is on. */
  | { readonly kind: 'bool' }
  /** `bare`: it is optional. `loose`: keepalived accepts any value. */
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly bare?: true; readonly loose?: true }
  /** Whole seconds, milliseconds in the model. */
  | { readonly kind: 'seconds'; readonly min: number; readonly max: number }
  /** Seconds with fractions, milliseconds in the model. */
  | { readonly kind: 'timer'; readonly min: number; readonly max: number }
  /** `longest`: longer values are truncated. `bare`: it is optional. */
  | { readonly kind: 'word'; readonly longest?: number; readonly bare?: true }
  /** Each word is one of these; `what` says so. */
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly what: string }
  /** A word that no message contains. */
  | { readonly kind: 'secret' }
  | { readonly kind: 'words'; readonly least: number }
  /** Words in which quotes of both kinds and backslashes count. */
  | { readonly kind: 'quoted'; readonly bare?: true }
  /** `anyCase`: capitals and small letters are the same, and the model has it as it is in the table. */
  | { readonly kind: 'choice'; readonly of: readonly string[]; readonly anyCase: boolean }
  | { readonly kind: 'address' }
  /** A program with arguments, then user and group. */
  | { readonly kind: 'script' }
  /** `name`: the block has a name. `of`: the keywords inside; undefined for lines. */
  | { readonly kind: 'block'; readonly name: boolean; readonly of: Keywords | undefined }
  /** A block of lines that are not keywords. */
  | { readonly kind: 'lines' };

const model = (shape: Shape): Keyword => ({ status: 'model', shape });

export const flag = model({ kind: 'flag' });
export const bareBool = model({ kind: 'bool' });
export const word = model({ kind: 'word' });
export const secret = model({ kind: 'secret' });
export const optionalQuoted = model({ kind: 'quoted', bare: true });
export const address = model({ kind: 'address' });
export const script = model({ kind: 'script' });
export const block = (of: Keywords): Keyword => model({ kind: 'block', name: false, of });
export const namedBlock = (of: Keywords): Keyword => model({ kind: 'block', name: true, of });
/** A named block of lines that are not keywords. */
export const namedLines = model({ kind: 'block', name: true, of: undefined });
export const lines = model({ kind: 'lines' });
export const words = (least: number): Keyword => model({ kind: 'words', least });
export const number = (min: number, max: number): Keyword => model({ kind: 'number', min, max });
export const timer = (min: number, max: number): Keyword => model({ kind: 'timer', min, max });
export const seconds = (min: number, max: number): Keyword => model({ kind: 'seconds', min, max });
export const choice = (...of: readonly string[]): Keyword => model({ kind: 'choice', of, anyCase: false });
export const anyCase = (...of: readonly string[]): Keyword => model({ kind: 'choice', of, anyCase: true });
export const optionalNumber = (min: number, max: number): Keyword => model({ kind: 'number', min, max, bare: true });
export const looseNumber = (min: number, max: number): Keyword =>
  model({ kind: 'number', min, max, loose: true, bare: true });
export const optionalWord = model({ kind: 'word', bare: true });
export const shortWord = (longest: number): Keyword => model({ kind: 'word', longest });
export const pattern = (what: string, of: RegExp): Keyword => model({ kind: 'pattern', pattern: of, what });
/** @param like a keyword with the same arguments */
export const ignored = (why: string, like: Keyword = words(0)): Keyword => ({
  ...like,
  status: 'ignored',
  why,
  shape: like.shape,
  exit: 0,
});
/** A keyword that keepalived reports whatever its arguments. */
export const outdated = (why: string): Keyword => ({
  status: 'ignored',
  why,
  shape: { kind: 'words', least: 0 },
  exit: 5,
});
export const once = (keyword: Keyword): Keyword => ({ ...keyword, once: true });
export const tested = (keyword: Keyword): Keyword => ({ ...keyword, tested: true });
export const exact = (keyword: Keyword): Keyword => ({ ...keyword, exact: true });
/** @param like a keyword with the same arguments, for keepalived itself */
export const unsupported = (why: string, like: Keyword = words(0)): Keyword => ({
  status: 'unsupported',
  why,
  shape: like.shape,
});
