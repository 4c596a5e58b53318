import { URL } from '../keywords/check.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { HttpCheck, HttpUrl } from '../model-check.ts';
import type { Reporter } from '../reporter.ts';
import { type Fields, readFields } from './fields.ts';
import { regexOf } from './regex.ts';
import { quote } from './values.ts';

export function httpOf(fields: Fields, virtualhost: string | undefined, say: Reporter): HttpCheck {
  const url = fields.all('url').map((statement) => urlOf(statement, say));
  const protocol = fields.text('http_protocol');
  if (protocol !== undefined && !/^1\.(?:0c?|1)$/i.test(protocol))
    say.warning(fields.position('http_protocol'), `keepalived 2.2.7 does not know http_protocol ${protocol}`, 5);
  if (url.length === 0) say.error(fields.position(''), 'there is no url to ask for', 'add url { path / }');
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
    say.warning(fields.position('path'), 'the path of a url begins with /, or servers refuse it', 0);
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

/** keepalived logs what is said of a pattern that is not there, and reports no mistake. */
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
