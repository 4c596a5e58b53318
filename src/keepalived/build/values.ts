import { canonicalAddress } from '../text/address.ts';
import { oneLine } from '../text/one-line.ts';
import type { Word } from '../language/mapped-text.ts';
import { type Statement, escapedArgs } from '../language/read-statements.ts';
import type { Keyword, Shape } from '../keywords/keyword.ts';
import type { Reporter } from '../reporter.ts';

/** The canonical text of an address; a range or prefix after it is ignored, as in keepalived. */
export function bareAddress(text: string): string | undefined {
  const end = text.includes('-') ? text.indexOf('-') : text.indexOf('/');
  return canonicalAddress(end < 0 ? text : text.slice(0, end));
}

/** The value of a keyword; undefined if it was invalid, which has been reported. */
export type Value = string | number | boolean | readonly Word[] | undefined;

const TRUE = new Set(['on', 'true', 'yes']);
const FALSE = new Set(['off', 'false', 'no']);

/** Reads the arguments of a keyword. */
export function valueOf(
  statement: Statement,
  entry: Exclude<Keyword, { readonly status: 'unsupported' }>,
  say: Reporter,
): Value {
  const { keyword, args } = statement;
  const { shape } = entry;
  const missing = () => sayMissing(statement, entry.tested === true, say);
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
        `${shape.kind === 'secret' ? 'the second word' : quote(surplus)} after ${keyword.text} ignored`,
        0,
      );
  }
  switch (shape.kind) {
    case 'flag':
      return true;
    case 'bool':
      return boolOf(statement, say);
    case 'words':
    case 'script':
      if (shape.kind === 'words' && args.length < shape.least) return missing();
      if (shape.kind === 'words') return args;
      if (args.length === 0 && keyword.text !== 'notify_deleted' && !entry.tested) return missing();
      return escapedArgs(statement, say);
    case 'quoted': {
      const words = escapedArgs(statement, say);
      return words.length > 0 ? words : shape.bare === undefined ? missing() : undefined;
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
      if (first === undefined) return 'bare' in shape && shape.bare !== undefined ? undefined : missing();
      return scalarOf(statement, first, shape, say);
    case 'pattern':
      if (args.length === 0) return missing();
      for (const word of args)
        if (!shape.pattern.test(word.text))
          say.error(word.position, `${keyword.text} takes ${shape.what}, not ${quote(word)}`);
      return args;
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
      const value = shape.kind === 'timer' ? secondsOf(text) : shape.min < 0 ? wholeOf(text) : unsignedOf(text);
      const what = { number: 'a whole number', seconds: 'whole seconds', timer: 'seconds' }[shape.kind];
      if (value === undefined || value < shape.min || value > shape.max) {
        const wanted = `${keyword.text} takes ${what} from ${shape.min} to ${shape.max}, not ${quote(first)}`;
        if ('loose' in shape && shape.loose !== undefined) say.warning(position, wanted, 0);
        else say.error(position, wanted);
        return undefined;
      }
      return shape.kind === 'number' ? value : Math.round(value * 1_000_000) / 1000;
    }
    case 'word':
      if (shape.longest !== undefined && text.length > shape.longest)
        say.warning(position, `${quote(first)} truncated: ${keyword.text} takes up to ${shape.longest} characters`, 5);
      return text;
    case 'secret':
      return text;
    case 'choice': {
      const found = shape.of.find((one) => one === text || (shape.anyCase && one.toLowerCase() === text.toLowerCase()));
      if (found === undefined) say.error(position, `${keyword.text} takes ${shape.of.join(', ')}, not ${quote(first)}`);
      return found;
    }
    case 'address': {
      const address = bareAddress(text);
      if (address === undefined) say.error(position, `${keyword.text} takes an address, not ${quote(first)}`);
      return address;
    }
    default:
      return shape satisfies never;
  }
}

function boolOf({ keyword, args: [first] }: Statement, say: Reporter): boolean | undefined {
  if (first === undefined || TRUE.has(first.text)) return true;
  if (FALSE.has(first.text)) return false;
  say.error(first.position, `${keyword.text} takes on or off, not ${quote(first)}`);
  return undefined;
}

function sayMissing({ keyword }: Statement, tested: boolean, say: Reporter): undefined {
  const text = `${keyword.text} needs a value`;
  say.report({
    severity: 'error',
    position: keyword.position,
    text,
    hint: undefined,
    exit: tested ? 5 : 2,
  });
  return undefined;
}

/** A decimal integer as read by strtol(3), so that an empty text is 0; undefined for other text. */
export function wholeOf(text: string): number | undefined {
  return /^[ \t\n\v\f\r]*(?:[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Likewise, but without a minus sign, not even before 0. */
export function unsignedOf(text: string): number | undefined {
  return text.includes('-') ? undefined : wholeOf(text);
}

/** Seconds with up to six decimals; undefined for other text. */
function secondsOf(text: string): number | undefined {
  const match = /^[ \t\n\v\f\r]*(?<number>\+?\d*(?:\.\d{0,6})?)$/.exec(text);
  const number = match?.groups?.['number'];
  return number === undefined ? undefined : Number(/^\+?\.?$/.test(number) ? '0' : number);
}

/** Quoted for a message: short, and on one line. */
export function quote({ text }: Word): string {
  const shown = oneLine(text);
  return `'${shown.length > 40 ? `${shown.slice(0, 37)}...` : shown}'`;
}
