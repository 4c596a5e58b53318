import { type Family, canonicalAddress, familyOf } from '../text/address.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { VirtualAddress } from '../model/vrrp.ts';
import type { Reporter } from '../reporter.ts';
import { interfaceName } from './interface-name.ts';
import { type Option, optionsOf, wordsOf } from './options.ts';
import { scopeOf } from './iproute.ts';
import { quote, wholeOf } from './values.ts';

const OPTIONS: Readonly<Record<string, Option>> = {
  dev: 'value',
  scope: 'value',
  label: 'value',
  brd: 'value',
  broadcast: 'value',
  peer: 'value',
  home: 'flag',
  '-nodad': 'flag',
  mngtmpaddr: 'flag',
  noprefixroute: 'flag',
  preferred_lft: 'value',
  no_track: 'flag',
  autojoin: { refused: 'the agent does not join multicast groups', takes: 0 },
  use_vmac: { refused: 'the agent does not support VMACs', takes: 0 },
  track_group: { refused: 'the agent does not track static addresses', takes: 1 },
};

/** The lines of virtual_ipaddress, virtual_ipaddress_excluded or static_ipaddress. */
export function addressesOf(blocks: readonly Statement[], place: string, say: Reporter): readonly VirtualAddress[] {
  const found = new Map<string, VirtualAddress>();
  for (const line of blocks.flatMap(({ block }) => block ?? [])) {
    const address = addressOf(line, place, say);
    if (address === undefined) continue;
    const key = `${address.address} ${address.dev ?? ''}`;
    if (found.has(key)) say.warning(line.keyword.position, `${place} lists ${address.address} twice`, 0);
    else found.set(key, address);
  }
  return [...found.values()];
}

function addressOf(line: Statement, place: string, say: Reporter): VirtualAddress | undefined {
  const options = optionsOf(wordsOf(line, say), OPTIONS, 1, place, say);
  const [first] = options.head;
  const [, second] = options.all('dev');
  if (second !== undefined) {
    say.error(second.position, `an address of ${place} has two interfaces`, 'remove one dev');
    return undefined;
  }
  const prefix = first === undefined ? undefined : prefixOf(first);
  if (first === undefined || prefix === undefined) {
    const shown = first === undefined ? 'nothing' : quote(first);
    say.error(line.keyword.position, `${place} takes addresses such as 192.0.2.1/24, not ${shown}`);
    return undefined;
  }
  const family = familyOf(prefix.address);
  const scope = options.value('scope');
  const lifetime = options.value('preferred_lft');
  const dev = options.value('dev');
  const scoped = scope === undefined ? undefined : scopeIn(scope, say);
  if (family === 'ipv6' && scoped !== undefined && scoped !== 0)
    say.warning(
      scope?.position ?? first.position,
      `scope of ${prefix.address} ignored: the kernel chooses it for IPv6`,
      5,
    );
  const peer = peerOf(options.value('peer'), prefix, say);
  const brd = options.value('brd') ?? options.value('broadcast');
  if (peer !== undefined && brd !== undefined)
    say.warning(brd.position, `${prefix.address} has a peer and therefore no broadcast address`, 5);
  return {
    ...prefix,
    dev: dev === undefined ? undefined : interfaceName(dev, say),
    label: labelOf(options.all('label'), family, say),
    scope: family === 'ipv6' ? undefined : scoped,
    broadcast: peer === undefined ? broadcastOf(brd, prefix, say) : undefined,
    peer,
    home: options.has('home'),
    // keepalived skips duplicate address detection, which fails while the previous master still has the address;
    // `-nodad` enables it.
    nodad: family === 'ipv6' && !options.has('-nodad'),
    mngtmpaddr: options.has('mngtmpaddr'),
    noprefixroute: options.has('noprefixroute'),
    // keepalived deprecates single IPv6 addresses, so that none is chosen as a source address.
    preferred_lft: lifetime === undefined && prefix.prefix === 128 ? 0 : lifetimeOf(lifetime, say),
  };
}

function scopeIn(word: Word, say: Reporter): number | undefined {
  const scope = scopeOf(word);
  if (typeof scope === 'number') return scope;
  say.error(word.position, scope);
  return undefined;
}

/** `ADDRESS[/PREFIX]`, by default of a single host. Undefined when invalid. */
export function prefixOf({ text }: Word): { readonly address: string; readonly prefix: number } | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const canonical = canonicalAddress(address ?? '');
  if (canonical === undefined || rest.length > 0) return undefined;
  const most = familyOf(canonical) === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? most : /^[ \t]*(?:\+?\d{1,9})?$/.test(prefix) ? Number(prefix) : most + 1;
  return length > most ? undefined : { address: canonical, prefix: length };
}

function labelOf(labels: readonly Word[], family: Family, say: Reporter): string | undefined {
  const label = labels.at(-1);
  if (label === undefined) return undefined;
  for (const { text, position } of labels)
    if (text.length > 15) say.error(position, `a label has at most 15 characters, not ${text.length}`);
  if (family === 'ipv6') say.warning(label.position, 'ignored: the kernel has no labels for IPv6 addresses', 5);
  return label.text;
}

/** `-` clears the host bits and `+` sets them; /31 and /32 have no broadcast address. */
function broadcastOf(
  word: Word | undefined,
  { address, prefix }: { readonly address: string; readonly prefix: number },
  say: Reporter,
): string | undefined {
  if (word === undefined) return undefined;
  if (familyOf(address) === 'ipv6') {
    say.error(word.position, 'an IPv6 address has no broadcast address', 'remove brd');
    return undefined;
  }
  if (word.text === '+' || word.text === '-') {
    const bits = address.split('.').reduce((all, byte) => all * 256 + Number(byte), 0);
    if (prefix > 30) {
      say.error(word.position, `${address}/${prefix} has no broadcast address`);
      return undefined;
    }
    const hosts = 2 ** (32 - prefix);
    const all = Math.floor(bits / hosts) * hosts + (word.text === '+' ? hosts - 1 : 0);
    return [24, 16, 8, 0].map((shift) => Math.floor(all / 2 ** shift) % 256).join('.');
  }
  const canonical = canonicalAddress(word.text);
  if (canonical === undefined) say.error(word.position, `brd takes an address, + or -, not ${quote(word)}`);
  return canonical;
}

function peerOf(
  word: Word | undefined,
  own: { readonly address: string; readonly prefix: number },
  say: Reporter,
): string | undefined {
  if (word === undefined) return undefined;
  const peer = canonicalAddress(word.text);
  if (peer === undefined || familyOf(peer) !== familyOf(own.address)) {
    say.error(word.position, `peer takes an address of the same family as ${own.address}, not ${quote(word)}`);
    return undefined;
  }
  if (own.prefix !== (familyOf(peer) === 'ipv4' ? 32 : 128))
    say.warning(word.position, `prefix of ${own.address} ignored: the address has a peer`, 5);
  return peer;
}

/** Seconds in the file, milliseconds in the model; `forever` means no limit. */
function lifetimeOf(word: Word | undefined, say: Reporter): number | undefined {
  if (word === undefined || word.text === 'forever') return undefined;
  const seconds = wholeOf(word.text);
  if (seconds === undefined || seconds < 0 || seconds > 4_294_967_295)
    say.error(word.position, `preferred_lft takes seconds or forever, not ${quote(word)}`);
  return seconds === undefined ? undefined : seconds * 1000;
}
