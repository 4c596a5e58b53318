/** Which missing files are mistakes; keepalived's words of `include_check`. */
export interface IncludeCheck {
  readonly readable: boolean;
  readonly match: boolean;
  readonly wildcard_match: boolean;
  readonly brace_match: boolean;
}

export const NO_CHECKS: IncludeCheck = { readable: false, match: false, wildcard_match: false, brace_match: false };
const ALL_CHECKS: IncludeCheck = { readable: true, match: true, wildcard_match: true, brace_match: true };

const INCLUDE = /^[ \t]*include(?<check>[rmwba]?)[ \t\n\v\f\r]+(?<pattern>(?:[^ \t\n\v\f\r].*)?)$/;

/** `include FILE` and its five stricter kinds, of a line in which conditions and parameters are worked out. */
export function includeIn(text: string): { readonly check: string; readonly pattern: string } | undefined {
  const match = INCLUDE.exec(text);
  const { check = '', pattern = '' } = match?.groups ?? {};
  if (match === null) return undefined;
  return { check, pattern };
}

/** What `include`, `includer`, … ask for in addition to what `include_check` said. */
export function checksOf(check: string, base: IncludeCheck): IncludeCheck {
  switch (check) {
    case 'r':
      return { ...base, readable: true };
    case 'm':
      return { ...base, readable: true, match: true };
    case 'w':
      return { ...base, readable: true, wildcard_match: true };
    case 'b':
      return { ...base, readable: true, brace_match: true };
    case 'a':
      return ALL_CHECKS;
    default:
      return base;
  }
}

const WORDS: ReadonlyMap<string, keyof IncludeCheck> = new Map(
  Object.entries<keyof IncludeCheck>({
    read: 'readable',
    match: 'match',
    wildcard_match: 'wildcard_match',
    brace_match: 'brace_match',
  }),
);

/** `include_check WORD`, or `include_check +WORD -WORD…`. `wrong`: the indices of words that are not used. */
export function checksOfKeyword(
  words: readonly string[],
  base: IncludeCheck,
): { readonly checks: IncludeCheck; readonly wrong: readonly number[] } {
  if (words.length === 0) return { checks: ALL_CHECKS, wrong: [] };
  let checks = /^[+-]/.test(words[0] ?? '') ? base : NO_CHECKS;
  const wrong: number[] = [];
  for (const [index, word] of words.entries()) {
    const signed = /^[+-]/.test(word);
    const name = signed ? word.slice(1) : word;
    const check = WORDS.get(name);
    if (check === undefined || (!signed && index > 0)) wrong.push(index);
    else checks = { ...checks, ...(!signed && { readable: true }), [check]: !word.startsWith('-') };
  }
  return { checks, wrong };
}

/** Whether a pattern may match no file. */
export function mayBeAbsent(pattern: string, checks: IncludeCheck): boolean {
  const wild = /[*?[]/.test(pattern);
  return !(checks.wildcard_match || (checks.match && !wild) || (checks.brace_match && pattern.includes('{')));
}
