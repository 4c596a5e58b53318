import { readPattern } from '../pattern/read-pattern.ts';
import { PatternRefusal } from '../pattern/syntax.ts';
import type { HttpRegex } from '../model-check.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';
import { quote } from './values.ts';

/** The letters of HttpRegex.flags; '' for what makes no difference to whether there is a match. */
const OPTIONS: Readonly<Record<string, string>> = {
  caseless: 'i',
  dotall: 's',
  multiline: 'm',
  extended: 'x',
  dollar_endonly: 'D',
  utf: 'u',
  ucp: 'p',
  alt_circumflex: 'c',
  allow_empty_class: 'e',
  dupnames: '',
  match_unset_backref: '',
  never_ucp: '',
  never_utf: '',
  never_backslash_c: '',
  no_auto_capture: '',
  no_auto_possess: '',
  no_dotstar_anchor: '',
  no_start_optimize: '',
  ungreedy: '',
};

const REFUSED = new Set(['alt_bsux', 'auto_callout', 'firstline', 'alt_verbnames', 'use_offset_limit']);

export function regexOf(fields: Fields, say: Reporter): HttpRegex | undefined {
  const pattern = fields.words('regex')?.[0];
  if (pattern === undefined) return undefined;
  let flags = '';
  for (const word of fields.all('regex_options').flatMap(({ args }) => args)) {
    const flag = Object.hasOwn(OPTIONS, word.text) ? OPTIONS[word.text] : undefined;
    if (REFUSED.has(word.text))
      say.unsupported(word.position, `regex_options ${word.text}: the agent's patterns have no such option`);
    else if (flag === undefined)
      say.warning(word.position, `regex_options does not know ${quote(word)}, and goes on without`, 0);
    else if (!flags.includes(flag)) flags += flag;
  }
  let [min_offset, max_offset] = [fields.number('regex_min_offset') ?? 0, fields.number('regex_max_offset')];
  if (max_offset !== undefined && max_offset < min_offset) {
    say.warning(
      fields.position('regex_max_offset'),
      'regex_max_offset is below regex_min_offset: both are left out',
      0,
    );
    [min_offset, max_offset] = [0, undefined];
  }
  const compiled = readPattern(pattern.text, flags);
  if (compiled instanceof PatternRefusal)
    say.unsupported(pattern.position, `regex ${quote(pattern)} cannot be used: ${compiled.message}`);
  return { pattern: pattern.text, no_match: fields.has('regex_no_match'), flags, min_offset, max_offset };
}
