import { readPattern } from '../pattern/read-pattern.ts';
import { PatternRefusal } from '../pattern/syntax.ts';
import type { HttpCheck, HttpRegex, HttpUrl } from '../model/check.ts';
import type { Reporter } from '../reporter.ts';
import { type Fields, readFields } from './fields.ts';
import { quote } from './values.ts';
import { URL } from '../keywords/check.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';

/** The letters of HttpRegex.flags; '' for options that do not affect whether a pattern matches. */
const OPTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
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
  }),
);

const REFUSED = new Set(['alt_bsux', 'auto_callout', 'firstline', 'alt_verbnames', 'use_offset_limit']);

export function regexOf(fields: Fields, say: Reporter): HttpRegex | undefined {
  const pattern = fields.words('regex')?.[0];
  if (pattern === undefined) return undefined;
  let flags = '';
  for (const word of fields.all('regex_options').flatMap(({ args }) => args)) {
    const flag = OPTIONS.get(word.text);
    if (REFUSED.has(word.text))
      say.unsupported(word.position, `regex_options ${word.text} is not supported by the agent's patterns`);
    else if (flag === undefined)
      say.warning(word.position, `unknown option ${quote(word)} of regex_options ignored`, 0);
    else if (!flags.includes(flag)) flags += flag;
  }
  let [min_offset, max_offset] = [fields.number('regex_min_offset') ?? 0, fields.number('regex_max_offset')];
  if (max_offset !== undefined && max_offset < min_offset) {
    say.warning(
      fields.position('regex_max_offset'),
      'regex offsets ignored: regex_max_offset is below regex_min_offset',
      0,
    );
    [min_offset, max_offset] = [0, undefined];
  }
  const compiled = readPattern(pattern.text, flags);
  if (compiled instanceof PatternRefusal)
    say.unsupported(pattern.position, `regex ${quote(pattern)} is not supported: ${compiled.message}`);
  return { pattern: pattern.text, no_match: fields.has('regex_no_match'), flags, min_offset, max_offset };
}

export function httpOf(fields: Fields, virtualhost: string | undefined, say: Reporter): HttpCheck {
  const url = fields.all('url').map((statement) => urlOf(statement, say));
  const protocol = fields.text('http_protocol');
  if (protocol !== undefined && !/^1\.(?:0c?|1)$/i.test(protocol))
    say.warning(fields.position('http_protocol'), `http_protocol ${protocol} is unknown to keepalived 2.2.7`, 5);
  if (url.length === 0) say.error(fields.position(''), 'the check has no url', 'add url { path / }');
  return {
    http_protocol: (fields.text('http_protocol') ?? '1.0').toLowerCase() as HttpCheck['http_protocol'],
    virtualhost: fields.text('virtualhost') ?? virtualhost,
    enable_sni: fields.bool('enable_sni') ?? false,
    url,
  };
}

function urlOf({ keyword, block }: Statement, say: Reporter): HttpUrl {
  const fields = readFields({ statements: block ?? [], position: keyword.position }, URL, 'url', say);
  const path = fields.text('path');
  const digest = fields.text('digest');
  if (path === undefined) say.error(keyword.position, 'url has no path', 'add path /');
  else if (!path.startsWith('/'))
    say.warning(fields.position('path'), 'the path of a url does not begin with /; servers reject it', 0);
  if (digest !== undefined && !/^[0-9a-f]{32}$/i.test(digest))
    say.error(fields.position('digest'), 'digest takes the 32 hex digits of an MD5');
  return {
    path: path ?? '/',
    virtualhost: fields.text('virtualhost'),
    digest: digest?.toLowerCase(),
    status_code: fields.all('status_code').flatMap(({ args }) => args.flatMap((word) => rangeOf(word, say))),
    regex: regexIn(fields, say),
  };
}

/** keepalived only logs options of a missing pattern, without an error. */
function regexIn(fields: Fields, say: Reporter): HttpUrl['regex'] {
  if (fields.words('regex') !== undefined) return regexOf(fields, say);
  for (const { keyword } of fields.statements)
    if (keyword.text.startsWith('regex'))
      say.warning(keyword.position, `${keyword.text} has no effect without regex`, 0);
  return undefined;
}

function rangeOf(word: Word, say: Reporter): HttpUrl['status_code'] {
  const match = /^[ \t]*\+?0*(?<min>\d{3})(?:-[ \t]*\+?0*(?<max>\d{3}))?$/.exec(word.text);
  const min = Number(match?.groups?.['min'] ?? NaN);
  const max = Number(match?.groups?.['max'] ?? min);
  if (min >= 100 && max <= 599 && min <= max) return [{ min, max }];
  say.error(word.position, `status_code takes numbers and ranges from 100 to 599, as 200-299, not ${quote(word)}`);
  return [];
}
