import { canonicalAddress } from '../../bytes/address.ts';
import { oneLine } from '../../bytes/one-line.ts';
import type { Word } from '../language/mapped-text.ts';
import { escapedArgs, type Statement } from '../language/read-statements.ts';
import type { Shape } from '../keywords/keyword.ts';
import type { Reporter } from '../reporter.ts';

/** What a keyword came to: undefined when it was wrong, which was said. */
export type Value = string | number | boolean | readonly Word[] | undefined;

/** keepalived tests of these that they have a value, and goes on; where another has none it reads no further. */
const TESTED = new Set([
  'router_id',
  'notification_email_from',
  'default_interface',
  'lvs_sync_daemon',
  'lvs_timeouts',
  'vrrp_rt_priority',
  'vrrp_priority',
  'script_user',
  'notify_fifo',
  'vrrp_notify_fifo',
  'lvs_notify_fifo',
  'notify_fifo_script',
  'vrrp_notify_fifo_script',
  'lvs_notify_fifo_script',
  'startup_script',
  'shutdown_script',
  'virtualhost',
  'http_protocol',
  'helo_name',
  'payload',
  'file',
]);

const TRUE = new Set(['on', 'true', 'yes']);
const FALSE = new Set(['off', 'false', 'no']);

/** Reads what stands behind a keyword. */
export function valueOf(statement: Statement, shape: Shape, say: Reporter): Value {
  const { keyword, args } = statement;
  const first = args[0];
  const most = {
    flag: 0,
    bool: 1,
    number: 1,
    seconds: 1,
    timer: 1,
    word: 1,
    secret: 1,
    choice: 1,
    address: 1,
  } as const;
  if (shape.kind in most) {
    const surplus = args[most[shape.kind as keyof typeof most]];
    if (surplus !== undefined)
      say.warning(
        surplus.position,
        `${shape.kind === 'secret' ? 'the second word' : quote(surplus)} behind ${keyword.text} is not read`,
        0,
      );
  }
  switch (shape.kind) {
    case 'flag':
      return true;
    case 'bool':
      return boolOf(statement, shape.bare, say);
    case 'words':
    case 'script':
      if (shape.kind === 'words' && args.length < shape.least) return missing(statement, say);
      if (shape.kind === 'words') return args;
      if (args.length === 0 && keyword.text !== 'notify_deleted' && keyword.text !== 'script')
        return missing(statement, say);
      return escapedArgs(statement, say);
    case 'quoted': {
      const words = escapedArgs(statement, say);
      return words.length === 0 ? missing(statement, say) : words;
    }
    case 'block':
    case 'lines':
      return undefined;
    case 'number':
    case 'seconds':
    case 'timer':
    case 'word':
    case 'secret':
    case 'choice':
    case 'address':
      return first === undefined ? missing(statement, say) : scalarOf(statement, first, shape, say);
    default:
      return shape satisfies never;
  }
}

function scalarOf(
  { keyword }: Statement,
  first: Word,
  shape: Extract<Shape, { readonly kind: 'number' | 'seconds' | 'timer' | 'word' | 'secret' | 'choice' | 'address' }>,
  say: Reporter,
): Value {
  const { text, position } = first;
  switch (shape.kind) {
    case 'number':
    case 'seconds':
    case 'timer': {
      const value = shape.kind === 'timer' ? secondsOf(text) : wholeOf(text);
      const what = { number: 'a whole number', seconds: 'whole seconds', timer: 'seconds' }[shape.kind];
      if (value === undefined || value < shape.min || value > shape.max) {
        say.error(position, `${keyword.text} takes ${what} from ${shape.min} to ${shape.max}, not ${quote(first)}`);
        return undefined;
      }
      return shape.kind === 'number' ? value : Math.round(value * 1_000_000) / 1000;
    }
    case 'word':
    case 'secret':
      return text;
    case 'choice': {
      const found = shape.of.find((one) => one === text || (shape.anyCase && one.toLowerCase() === text.toLowerCase()));
      if (found === undefined) say.error(position, `${keyword.text} takes ${shape.of.join(', ')}, not ${quote(first)}`);
      return found;
    }
    case 'address': {
      const address = canonicalAddress(text);
      if (address === undefined) say.error(position, `${keyword.text} takes an address, not ${quote(first)}`);
      return address;
    }
    default:
      return shape satisfies never;
  }
}

function boolOf({ keyword, args: [first] }: Statement, bare: boolean, say: Reporter): boolean | undefined {
  if (first === undefined) {
    if (!bare) say.error(keyword.position, `${keyword.text} takes on or off`);
    return bare ? true : undefined;
  }
  if (TRUE.has(first.text)) return true;
  if (FALSE.has(first.text)) return false;
  say.error(first.position, `${keyword.text} takes on or off, not ${quote(first)}`);
  return undefined;
}

function missing({ keyword }: Statement, say: Reporter): undefined {
  const text = `${keyword.text} needs a value behind it`;
  say.report({
    severity: 'error',
    position: keyword.position,
    text,
    hint: undefined,
    exit: TESTED.has(keyword.text) ? 5 : 2,
  });
  return undefined;
}

/** A whole number in decimal, with its sign; undefined when the text is none. */
export function wholeOf(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Seconds with fractions; undefined when the text is no such number. */
function secondsOf(text: string): number | undefined {
  return /^(?:\d{1,12}(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}

/** As it may stand in a message: short, and on one line. */
export function quote({ text }: Word): string {
  const shown = oneLine(text);
  return `'${shown.length > 40 ? `${shown.slice(0, 37)}...` : shown}'`;
}
