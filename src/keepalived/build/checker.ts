import { toHex } from '../text/utf8.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Checker, CheckerConnection, CheckerTiming, FileCheck, MiscCheck, UdpCheck } from '../model/check.ts';
import type { Reporter } from '../reporter.ts';
import { type Fields, readFields } from './fields.ts';
import { CHECKERS, CONNECTION } from '../keywords/check.ts';
import { familyOf } from '../text/address.ts';
import type { Statement } from '../language/read-statements.ts';
import { escapedWords } from '../language/split-words.ts';
import type { VrrpTrackFile } from '../model/vrrp.ts';
import { bareAddress } from './values.ts';
import type { Context } from './context.ts';
import { interfaceOf } from './interface-name.ts';
import { httpOf } from './http.ts';
import { accountName, programOf, userOf } from './script.ts';
import { weightAndReverse } from './tracking.ts';

/** The payload of a UDP_CHECK and the reply that it requires. */
export function udpOf(fields: Fields, say: Reporter): UdpCheck {
  const payload = fields.words('payload');
  const reply = fields.words('require_reply');
  const min_reply_length = fields.number('min_reply_length') ?? 0;
  const max_reply_length = fields.number('max_reply_length') ?? 255;
  if (min_reply_length > max_reply_length)
    say.error(fields.position('min_reply_length'), 'min_reply_length is above max_reply_length');
  const expected = reply === undefined || reply.length === 0 ? undefined : hexOf(reply, true, say);
  return {
    payload: payload === undefined ? new Uint8Array() : (hexOf(payload, false, say)?.bytes ?? new Uint8Array()),
    require_reply:
      expected === undefined
        ? reply === undefined
          ? undefined
          : 'any'
        : { expected: expected.bytes, mask: expected.mask },
    min_reply_length,
    max_reply_length,
  };
}

/** Pairs of hex digits; a single one before a space is a byte of its own. `X` matches any digit. */
function hexOf(
  words: readonly Word[],
  wild: boolean,
  say: Reporter,
): { readonly bytes: Uint8Array; readonly mask: Uint8Array | undefined } | undefined {
  const bytes: number[] = [];
  const mask: number[] = [];
  for (const { text, position } of words) {
    if (!(wild ? /^[0-9a-fx\s]*$/i : /^[0-9a-f\s]*$/i).test(text)) {
      say.error(position, `expected hex digits${wild ? ', or X for any' : ''}`);
      return undefined;
    }
    for (const pair of text.match(/[0-9a-fx]{1,2}/gi) ?? []) {
      const full = pair.padStart(2, '0');
      bytes.push(Number.parseInt(full.replaceAll(/x/gi, '0'), 16));
      mask.push(Number.parseInt(full.replaceAll(/[^x]/gi, 'f').replaceAll(/x/gi, '0'), 16));
    }
  }
  const [first] = words;
  if (first !== undefined && bytes.length === 0) say.error(first.position, 'expected hex digits');
  const all = Uint8Array.from(mask);
  return { bytes: Uint8Array.from(bytes), mask: /^(?:ff)*$/.test(toHex(all)) ? undefined : all };
}

/** Defaults of a checker from the servers around it. */
export interface Around {
  readonly address: string;
  readonly port: number;
  readonly delay_loop: number;
  readonly connect_timeout: number;
  readonly retry: number | undefined;
  readonly delay_before_retry: number | undefined;
  readonly warmup: number | undefined;
  readonly alpha: boolean;
  readonly virtualhost: string | undefined;
  readonly files: readonly VrrpTrackFile[];
}

/** An SMTP_CHECK yields one check per host; none if it cannot be run, which has been reported. */
export function checkersOf(statement: Statement, around: Around, context: Context): readonly Checker[] {
  const checker = checkerOf(statement, around, context);
  const hosts = (statement.block ?? []).filter(({ keyword }) => keyword.text === 'host');
  if (checker?.kind !== 'SMTP_CHECK' || hosts.length === 0) return checker === undefined ? [] : [checker];
  return hosts.map(({ keyword, block }) => {
    const inside = { statements: block ?? [], position: keyword.position };
    const fields = readFields(inside, CONNECTION, 'host', context.say);
    return { ...checker, ...connection(fields, around, context, 'SMTP_CHECK') };
  });
}

function checkerOf(statement: Statement, around: Around, context: Context): Checker | undefined {
  const { say, env } = context;
  const kind = statement.keyword.text;
  const table = Object.hasOwn(CHECKERS, kind) ? CHECKERS[kind] : undefined;
  if (table === undefined) return undefined;
  const fields = readFields(
    { statements: statement.block ?? [], position: statement.keyword.position },
    table,
    kind,
    say,
  );
  switch (kind) {
    case 'TCP_CHECK':
    case 'PING_CHECK':
      return { kind, ...timing(fields, around, context, 1), ...connection(fields, around, context, kind) };
    case 'HTTP_GET':
    case 'SSL_GET':
      if (kind === 'SSL_GET' && !env.tls)
        say.unsupported(
          statement.keyword.position,
          'SSL_GET is not supported: this agent has no TLS',
          'use TCP_CHECK, or MISC_CHECK with a program on the director',
        );
      return {
        kind,
        ...timing(fields, around, context, 1, 3000),
        ...connection(fields, around, context, kind),
        ...httpOf(fields, around.virtualhost, say),
      };
    case 'SMTP_CHECK':
      return {
        kind,
        ...timing(fields, around, context, 1),
        ...connection(fields, around, context, kind),
        helo_name: fields.text('helo_name') ?? env.hostname,
      };
    case 'DNS_CHECK':
      return {
        kind,
        ...timing(fields, around, context, 3),
        ...connection(fields, around, context, kind),
        ...dns(fields, say),
      };
    case 'UDP_CHECK':
      return {
        kind,
        ...timing(fields, around, context, 1),
        ...connection(fields, around, context, kind),
        ...udpOf(fields, say),
      };
    case 'MISC_CHECK': {
      const times = timing(fields, around, context, 0);
      const check = misc(fields, times.delay_loop, context);
      return check === undefined ? undefined : { kind, ...times, ...check };
    }
    default: {
      const check = file(fields, around, say);
      return check === undefined ? undefined : { kind: 'FILE_CHECK', ...timing(fields, around, context, 0), ...check };
    }
  }
}

function timing(
  fields: Fields,
  around: Around,
  { globals, say }: Context,
  retry: number,
  delay_before_retry = 1000,
): CheckerTiming {
  const delay_loop = fields.number('delay_loop') ?? around.delay_loop;
  if (fields.has('nb_get_retry'))
    say.warning(fields.position('nb_get_retry'), 'nb_get_retry is deprecated', 5, 'use retry');
  return {
    delay_loop,
    retry: fields.number('retry') ?? fields.number('nb_get_retry') ?? around.retry ?? retry,
    delay_before_retry:
      fields.number('delay_before_retry') ??
      around.delay_before_retry ??
      (retry === 3 ? delay_loop : delay_before_retry),
    warmup: fields.number('warmup') ?? around.warmup ?? delay_loop,
    alpha: fields.bool('alpha') ?? around.alpha,
    log_all_failures: fields.bool('log_all_failures') ?? globals.checker_log_all_failures,
  };
}

function connection(fields: Fields, around: Around, { say }: Context, kind: string): CheckerConnection {
  const connect_port = fields.number('connect_port') ?? around.port;
  if (connect_port === 0 && kind !== 'PING_CHECK')
    say.warning(
      fields.position('connect_port'),
      `${kind} never passes: it has no port to connect to`,
      0,
      'add connect_port, or a port to the real server',
    );
  const bind_if = interfaceOf(fields, 'bind_if', say);
  const { connect_ip, bindto } = endsOf(fields, around.address, kind, say);
  if (isLinkLocal(connect_ip) && bind_if === undefined)
    say.error(
      fields.position('connect_ip'),
      `${kind} connects to ${connect_ip}, which is link-local and needs bind_if`,
    );
  return {
    connect_ip,
    connect_port,
    connect_timeout: fields.number('connect_timeout') ?? around.connect_timeout,
    bindto,
    bind_if,
    bind_port: fields.number('bind_port'),
    fwmark: fields.number('fwmark'),
  };
}

/** Both ends must be of one family; otherwise the later one is ignored. */
function endsOf(
  fields: Fields,
  own: string,
  kind: string,
  say: Context['say'],
): { readonly connect_ip: string; readonly bindto: string | undefined } {
  // The address of the real server does not bind an SMTP_CHECK in keepalived.
  let connect_ip: string | undefined = kind === 'SMTP_CHECK' ? undefined : own;
  let bindto: string | undefined;
  for (const { keyword, args } of fields.statements) {
    const address = bareAddress(args[0]?.text ?? '');
    if (address === undefined || (keyword.text !== 'connect_ip' && keyword.text !== 'bindto')) continue;
    const other: string | undefined = keyword.text === 'bindto' ? connect_ip : bindto;
    const fits: boolean = other === undefined || familyOf(other) === familyOf(address);
    if (!fits)
      say.warning(keyword.position, `${keyword.text} ${address} ignored: not of the same family as ${other}`, 5);
    if (keyword.text === 'bindto') bindto = fits ? address : undefined;
    else connect_ip = fits ? address : undefined;
  }
  return { connect_ip: connect_ip ?? own, bindto };
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}

function dns(fields: Fields, say: Context['say']): { readonly type: string; readonly name: string } {
  const name = fields.text('name') ?? '.';
  const wrong = /^\..|\.\./.test(name);
  if (wrong) say.error(fields.position('name'), `the name ${name} of DNS_CHECK has an empty label`);
  return { type: fields.text('type') ?? 'SOA', name: wrong ? '.' : name };
}

/** keepalived drops a check with a missing user, and reads no more of it. */
function misc(fields: Fields, delay_loop: number, context: Context): MiscCheck | undefined {
  const { say, scriptUser, sites, env } = context;
  let path: readonly Word[] | undefined;
  for (const statement of fields.statements) {
    const { keyword, args } = statement;
    if (keyword.text === 'misc_path') {
      const words = escapedWords(statement.text).words.slice(1);
      if (words[0] !== undefined && words[0].text.trim() !== '') path = words;
    }
    const user = keyword.text === 'user' ? userOf(args) : undefined;
    if (user === undefined || env.host === undefined || env.host.hasAccount(user)) continue;
    say.warning(keyword.position, `check ignored: there is no user ${accountName(user)} on this host`, 5);
    return undefined;
  }
  const script = programOf(path, userOf(fields.words('user')) ?? scriptUser, { say, sites });
  if (script === undefined) {
    say.error(fields.position(''), 'MISC_CHECK has no misc_path', 'add misc_path "/path/of/a/program ARGUMENT"');
    return undefined;
  }
  return {
    script,
    // Without a time-out, or with 0, a script may run until the next check is due.
    timeout: (fields.number('misc_timeout') ?? 0) || delay_loop,
    misc_dynamic: fields.has('misc_dynamic'),
  };
}

function file(fields: Fields, { files }: Around, say: Context['say']): FileCheck | undefined {
  const name = fields.text('track_file');
  const track = files.find((one) => one.name === name);
  if (track === undefined) {
    const text =
      name === undefined ? 'FILE_CHECK has no track_file' : `FILE_CHECK names ${name}, but there is no such track_file`;
    say.error(fields.position('track_file'), text);
    return undefined;
  }
  const { weight, reverse } = weightAndReverse(fields, 'FILE_CHECK', 2_147_483_647, say);
  return { file: track.file, weight: weight ?? track.weight, reverse: weight === undefined ? track.reverse : reverse };
}
