import type { Word } from '../language/mapped-text.ts';
import type { Forwarding, ServiceAddress, Tunnel, VirtualServerGroup } from '../model/check.ts';
import type { Reporter } from '../reporter.ts';
import { bareAddress, quote, unsignedOf, wholeOf } from './values.ts';
import { type Family, addressBytes, canonicalAddress, familyOf, formatAddress } from '../text/address.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Named } from './named.ts';
import { prefixOf } from './addresses.ts';

export interface Method {
  readonly lb_kind: Forwarding;
  readonly tunnel: Tunnel | undefined;
}

/** `NAT`, `DR`, or `TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]`. */
export function methodOf(words: readonly Word[] | undefined, say: Reporter): Method | undefined {
  const [kind, ...rest] = words ?? [];
  if (kind === undefined) return undefined;
  if (kind.text !== 'NAT' && kind.text !== 'DR' && kind.text !== 'TUN') {
    say.error(kind.position, `lvs_method takes NAT, DR or TUN, not ${quote(kind)}`);
    return undefined;
  }
  // keepalived also checks tunnel options after the other two, and ignores them.
  const tunnel = tunnelOf(kind, rest, say);
  return { lb_kind: kind.text, tunnel: kind.text === 'TUN' ? tunnel : undefined };
}

function tunnelOf(kind: Word, words: readonly Word[], say: Reporter): Tunnel {
  let type = 'ipip';
  let port: number | undefined;
  let csum: 'none' | 'csum' | 'remcsum' = 'none';
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    const next = words[index + 1];
    if (word === undefined) break;
    if (word.text === 'type' || word.text === 'port') {
      index += 1;
      const number = wholeOf(next?.text ?? '');
      if (word.text === 'type' && /^(?:ipip|gue|gre)$/.test(next?.text ?? '')) type = next?.text ?? type;
      else if (word.text === 'port' && number !== undefined && number >= 1 && number <= 65_535) port = number;
      else
        say.error(
          (next ?? word).position,
          `${word.text} of a tunnel takes ${word.text === 'type' ? 'ipip, gue or gre' : 'a port from 1 to 65535'}`,
        );
    } else if (word.text === 'csum' || word.text === 'remcsum') csum = word.text;
    else if (word.text !== 'nocsum') say.error(word.position, `unknown option of a tunnel: ${quote(word)}`);
  }
  if (type === 'gue') {
    if (port === undefined) say.error(kind.position, 'a gue tunnel needs port NUMBER');
    return { type: 'gue', port: port ?? 0, csum };
  }
  if (port !== undefined) say.error(kind.position, `a tunnel of type ${type} has no port`);
  if (csum === 'remcsum' || (type === 'ipip' && csum === 'csum'))
    say.error(kind.position, `a tunnel of type ${type} has no ${csum}`);
  return type === 'gre' ? { type, csum: csum === 'csum' ? csum : 'none' } : { type: 'ipip', csum: 'none' };
}

/** An IPv4 address of one to four numbers as inet_aton(3) reads it: 255.255.0.0, 0xffff0000 or 255.255. */
export function inetAton(text: string): string | undefined {
  const numbers = text
    .split('.')
    .map((part) => (/^(?:0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part) ? numberIn(part) : NaN));
  const last = numbers.at(-1) ?? NaN;
  const before = numbers.slice(0, -1);
  if (numbers.length > 4 || !before.every((number) => number <= 255) || !(last < 256 ** (5 - numbers.length)))
    return undefined;
  const value = before.reduce((sum, number, at) => sum + number * 256 ** (3 - at), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function numberIn(part: string): number {
  return /^0[0-7]/.test(part) ? Number.parseInt(part, 8) : Number(part);
}

type Target = ServiceAddress | { readonly kind: 'group'; readonly group: string };

/** The arguments of `virtual_server`. */
export function targetOf({ keyword, args }: Statement, say: Reporter): Target | undefined {
  const [first, second, third] = args;
  if (first === undefined) {
    const text = 'virtual_server needs ADDRESS [PORT], fwmark NUMBER or group NAME';
    say.report({ severity: 'error', position: keyword.position, text, hint: undefined, exit: 2 });
    return undefined;
  }
  if (third !== undefined) say.warning(third.position, `${quote(third)} after virtual_server ignored`, 0);
  if (first.text === 'group') {
    if (second === undefined)
      say.error(first.position, 'virtual_server group needs the name of a virtual_server_group');
    return second === undefined ? undefined : { kind: 'group', group: second.text };
  }
  if (first.text === 'fwmark') return fwmarkOf(first, second, undefined, 'virtual_server', say);
  const address = bareAddress(first.text);
  if (address === undefined) {
    say.error(first.position, `virtual_server takes an address, fwmark or group, not ${quote(first)}`);
    return undefined;
  }
  const port = portOf(second, 'virtual_server', say);
  return port === undefined ? undefined : { kind: 'address', address, last: undefined, port };
}

export function groupOf({ name, block }: Named, say: Reporter): VirtualServerGroup {
  const members = block.statements.map((line) => memberOf(line, say)).filter((member) => member !== undefined);
  if (members.length === 0) say.error(block.position, `virtual_server_group ${name} has no addresses`);
  return { name, members };
}

function memberOf({ keyword, args, block }: Statement, say: Reporter): ServiceAddress | undefined {
  const [first, second] = args;
  if (block !== undefined) say.error(keyword.position, `${quote(keyword)} takes no block`, 'remove the braces');
  if (keyword.text === 'fwmark') return fwmarkOf(keyword, first, second, 'virtual_server_group', say);
  const range = rangeOf(keyword.text);
  if (range === undefined) {
    say.error(
      keyword.position,
      `virtual_server_group takes addresses such as 192.0.2.1-9, and fwmark NUMBER, not ${quote(keyword)}`,
    );
    return undefined;
  }
  if (range.last !== undefined && distance(range.address, range.last) >= LARGEST_RANGE)
    say.unsupported(
      keyword.position,
      `${quote(keyword)} in virtual_server_group: the agent expands a range to at most ${LARGEST_RANGE} services`,
    );
  const port = portOf(first, 'virtual_server_group', say);
  return port === undefined ? undefined : { kind: 'address', ...range, port };
}

/** More would keep the kernel busy for minutes. */
const LARGEST_RANGE = 65_536;

/** `A`, `A-N`, `A-B` or `A/PREFIX`. */
function rangeOf(text: string): { readonly address: string; readonly last: string | undefined } | undefined {
  if (text.includes('/')) {
    const range = prefixOf({ text, position: { file: '', line: 0, column: 0 } });
    if (range === undefined || !beginsAt(range)) return undefined;
    return { address: range.address, last: lastOf(range) };
  }
  const [from = '', to, ...rest] = text.split('-');
  const address = canonicalAddress(from);
  if (address === undefined || rest.length > 0) return undefined;
  if (to === undefined) return { address, last: undefined };
  const bytes = addressBytes(address);
  const whole = canonicalAddress(to);
  if (whole !== undefined && familyOf(whole) === familyOf(address))
    return compare(address, whole) > 0 ? undefined : { address, last: whole };
  const number =
    familyOf(address) === 'ipv4' ? wholeOf(to) : /^[0-9a-f]{1,4}$/i.test(to) ? Number.parseInt(to, 16) : undefined;
  const width = familyOf(address) === 'ipv4' ? 1 : 2;
  if (number === undefined || number < 0 || number >= 256 ** width) return undefined;
  const tail = width === 1 ? [number] : [number >> 8, number & 255];
  const last = formatAddress(Uint8Array.from([...bytes.subarray(0, bytes.length - width), ...tail]));
  return compare(address, last) > 0 ? undefined : { address, last };
}

function lastOf({ address, prefix }: { readonly address: string; readonly prefix: number }): string {
  const bytes = addressBytes(address);
  return formatAddress(bytes.map((byte, index) => byte | (0xff >> Math.min(Math.max(prefix - 8 * index, 0), 8))));
}

/** Whether all bits after the prefix are 0. */
function beginsAt({ address, prefix }: { readonly address: string; readonly prefix: number }): boolean {
  return addressBytes(address).every(
    (byte, index) => (byte & (0xff >> Math.min(Math.max(prefix - 8 * index, 0), 8))) === 0,
  );
}

/** The distance between two addresses; approximate if it is very large. */
function distance(from: string, to: string): number {
  const start = addressBytes(from);
  return addressBytes(to).reduce((steps, byte, index) => steps * 256 + byte - (start[index] ?? 0), 0);
}

function compare(a: string, b: string): number {
  const [left, right] = [addressBytes(a), addressBytes(b)];
  const index = left.findIndex((byte, at) => byte !== right[at]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

function fwmarkOf(
  keyword: Word,
  mark: Word | undefined,
  family: Word | undefined,
  place: string,
  say: Reporter,
): ServiceAddress | undefined {
  if (mark === undefined && place === 'virtual_server_group') {
    const text = 'fwmark needs a number';
    say.report({ severity: 'error', position: keyword.position, text, hint: undefined, exit: 2 });
    return undefined;
  }
  const fwmark = unsignedOf(mark?.text ?? 'none');
  if (fwmark === 0 && place === 'virtual_server_group') {
    say.warning((mark ?? keyword).position, 'fwmark 0 ignored: no packet has it', 0);
    return undefined;
  }
  if (fwmark === undefined || fwmark < 1 || fwmark > 4_294_967_295) {
    say.error((mark ?? keyword).position, 'fwmark takes a number from 1 to 4294967295');
    return undefined;
  }
  if (family !== undefined && family.text !== 'inet' && family.text !== 'inet6')
    say.error(family.position, `a fwmark takes the family inet or inet6, not ${quote(family)}`);
  return { kind: 'fwmark', fwmark, family: family?.text === 'inet6' ? 'ipv6' : 'ipv4' };
}

/** 0 if missing or 0; undefined if invalid, and keepalived ignores the statement. */
export function portOf(word: Word | undefined, place: string, say: Reporter): number | undefined {
  if (word === undefined) return 0;
  if (/^0*$/.test(word.text)) return 0;
  const port = unsignedOf(word.text);
  if (port !== undefined && port >= 1 && port <= 65_535) return port;
  say.error(word.position, `${place} takes a port from 1 to 65535, not ${quote(word)}`);
  return undefined;
}

export function familyOfTarget(target: ServiceAddress): Family {
  return target.kind === 'address' ? familyOf(target.address) : target.family;
}
