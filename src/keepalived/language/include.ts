/** Which missing files are mistakes; keepalived's words of `include_check`. */
export interface IncludeCheck {
  readonly readable: boolean;
  readonly match: boolean;
  readonly wildcard_match: boolean;
  readonly brace_match: boolean;
}

export const NO_CHECKS: IncludeCheck = { readable: false, match: false, wildcard_match: false, brace_match: false };
const ALL_CHECKS: IncludeCheck = { readable: true, match: true, wildcard_match: true, brace_match: true };

const INCLUDE = /^[ \t]*include(?<check>[rmwba]?)[ \t\n\v\f\r]+(?<pattern>.*)$/;

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

/** `include_check [+|-]WORD…`; undefined when a word is none of them. */
export function checksOfKeyword(words: readonly string[], base: IncludeCheck): IncludeCheck | undefined {
  if (words.length === 0) return ALL_CHECKS;
  let checks: Record<string, boolean> = /^[+-]/.test(words[0] ?? '') ? { ...base } : { ...NO_CHECKS };
  let value = true;
  for (const word of words) {
    if (/^[+-]/.test(word)) value = word.startsWith('+');
    const name = word.replace(/^[+-]/, '');
    if (name === '') continue;
    if (!Object.hasOwn(ALL_CHECKS, name)) return undefined;
    checks = { ...checks, [name]: value };
  }
  return { ...NO_CHECKS, ...checks };
}

/** Whether a pattern may name no file. */
export function mayBeAbsent(pattern: string, checks: IncludeCheck): boolean {
  const wild = /[*?[]/.test(pattern);
  return !(checks.wildcard_match || (checks.match && !wild) || (checks.brace_match && pattern.includes('{')));
}
