import type { HttpRegex } from '../model-check.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';
import { quote } from './values.ts';

/** Flags of JavaScript for options of PCRE; '' where JavaScript does so anyway. */
const OPTIONS: Readonly<Record<string, string>> = {
  caseless: 'i',
  dotall: 's',
  multiline: 'm',
  utf: 'u',
  ucp: 'u',
  allow_empty_class: '',
  match_unset_backref: '',
  never_ucp: '',
  never_utf: '',
  never_backslash_c: '',
  no_auto_possess: '',
  no_dotstar_anchor: '',
  no_start_optimize: '',
};

const REFUSED = new Set([
  'alt_bsux',
  'auto_callout',
  'dollar_endonly',
  'dupnames',
  'extended',
  'firstline',
  'no_auto_capture',
  'ungreedy',
  'alt_circumflex',
  'alt_verbnames',
  'use_offset_limit',
]);

export function regexOf(fields: Fields, say: Reporter): HttpRegex | undefined {
  const pattern = fields.words('regex')?.[0];
  if (pattern === undefined) {
    for (const name of ['regex_no_match', 'regex_options', 'regex_min_offset', 'regex_max_offset'])
      if (fields.has(name)) say.warning(fields.position(name), `${name} has no effect without regex`, 5);
    return undefined;
  }
  let flags = '';
  for (const word of fields.words('regex_options') ?? []) {
    const flag = Object.hasOwn(OPTIONS, word.text) ? OPTIONS[word.text] : undefined;
    if (REFUSED.has(word.text))
      say.unsupported(word.position, `regex_options ${word.text}: the agent's patterns have no such option`);
    else if (flag === undefined) say.error(word.position, `regex_options does not know ${quote(word)}`);
    else if (!flags.includes(flag)) flags += flag;
  }
  const [min_offset, max_offset] = [fields.number('regex_min_offset') ?? 0, fields.number('regex_max_offset')];
  if (max_offset !== undefined && max_offset < min_offset)
    say.error(fields.position('regex_max_offset'), 'regex_max_offset is below regex_min_offset');
  if (!compiles(pattern.text, flags))
    say.unsupported(
      pattern.position,
      `the agent's patterns, which are those of JavaScript, do not know ${quote(pattern)}`,
    );
  return { pattern: pattern.text, no_match: fields.has('regex_no_match'), flags, min_offset, max_offset };
}

function compiles(pattern: string, flags: string): boolean {
  // PCRE has these, and JavaScript reads them as something else without a word.
  if (/\(\?[#>|R&P(]|\(\*|\\[AGKQRXZhz]|\[\[:|[*+?}]\+/.test(pattern)) return false;
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}
