import { type Family, canonicalAddress, familyOf } from '../text/address.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Route } from '../model-vrrp.ts';
import type { Reporter } from '../reporter.ts';
import { prefixOf } from './addresses.ts';
import { protocolOf, scopeOf, tableOf } from './iproute-names.ts';
import { type Option, type Options, optionsOf, wordsOf } from './options.ts';
import { quote, wholeOf } from './values.ts';

const NOT_SET: Option = { refused: 'the agent sets no such metric of a route', takes: 1 };
const ONE_PATH = 'the agent keeps routes with one next hop';

const OPTIONS: Readonly<Record<string, Option>> = {
  to: 'value',
  via: 'value',
  gw: 'value',
  dev: 'value',
  oif: 'value',
  src: 'value',
  table: 'value',
  metric: 'value',
  priority: 'value',
  preference: 'value',
  scope: 'value',
  proto: 'value',
  protocol: 'value',
  mtu: 'value',
  onlink: 'flag',
  unicast: 'flag',
  blackhole: 'flag',
  unreachable: 'flag',
  prohibit: 'flag',
  throw: 'flag',
  inet: 'flag',
  inet6: 'flag',
  no_track: 'flag',
  add: 'flag',
  or: { refused: ONE_PATH, takes: 1 },
  nexthop: { refused: ONE_PATH, takes: 0 },
  append: { refused: 'the agent puts a route before others that match', takes: 0 },
  track_group: { refused: 'the agent does not watch static routes', takes: 1 },
  vrf: { refused: 'the agent keeps routes of tables, not of VRFs', takes: 1 },
  encap: { refused: 'the agent makes no tunnels', takes: 1 },
  ...Object.fromEntries(
    [
      ['tos', 'dsfield', 'hoplimit', 'advmss', 'rtt', 'rttvar', 'reordering', 'window', 'cwnd', 'ssthresh', 'realms'],
      ['rto_min', 'initcwnd', 'initrwnd', 'features', 'quickack', 'congctl', 'fastopen_no_cookie', 'pref', 'weight'],
      ['ttl-propagate', 'expires'],
    ]
      .flat()
      .map((name) => [name, NOT_SET]),
  ),
};

const TYPES = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const;

/** The lines of virtual_routes or static_routes. */
export function routesOf(blocks: readonly Statement[], place: string, say: Reporter): readonly Route[] {
  return blocks
    .flatMap(({ block }) => block ?? [])
    .map((line) => routeOf(line, place, say))
    .filter((route) => route !== undefined);
}

function routeOf(line: Statement, place: string, say: Reporter): Route | undefined {
  const options = optionsOf(joined(wordsOf(line, say)), OPTIONS, 1, place, say);
  const [bare] = options.head;
  const to = options.value('to') ?? bare;
  if (bare !== undefined && to !== bare)
    say.error(bare.position, `unknown word ${quote(bare)} in ${place}`, 'a route has one destination');
  if (to === undefined) {
    say.error(line.keyword.position, `a route of ${place} needs a destination, as 192.0.2.0/24`);
    return undefined;
  }
  const via = address(options.value('via') ?? options.value('gw'), say);
  const src = address(options.value('src'), say);
  const family = familyIn(options, via ?? src);
  const destination = destinationOf(to, family);
  if (destination === undefined) {
    say.error(to.position, `a route of ${place} goes to addresses as 192.0.2.0/24 or default, not ${quote(to)}`);
    return undefined;
  }
  const type = TYPES.find((name) => options.has(name)) ?? 'unicast';
  const dev = options.value('dev') ?? options.value('oif');
  if (type === 'unicast' && via === undefined && dev === undefined)
    say.error(to.position, `the route to ${to.text} needs via ADDRESS or dev INTERFACE`);
  else if (dev === undefined && !options.has('no_track'))
    say.warning(
      to.position,
      `the route to ${to.text} has no dev, and is not watched`,
      5,
      'add dev INTERFACE or no_track',
    );
  const own = familyOf(destination.address);
  for (const other of [via, src])
    if (other !== undefined && familyOf(other) !== own)
      say.error(to.position, `the route to ${to.text} has addresses of both families`);
  const table = options.value('table');
  const metric = options.value('metric') ?? options.value('priority') ?? options.value('preference');
  const scope = options.value('scope');
  const protocol = options.value('proto') ?? options.value('protocol');
  const mtu = options.value('mtu');
  return {
    family: own,
    destination,
    type,
    via,
    dev: dev?.text,
    src,
    table: (table === undefined ? undefined : tableOf(table, say)) ?? 254,
    metric: metric === undefined ? undefined : number(metric, 'metric', say),
    scope: scope === undefined ? undefined : scopeOf(scope, say),
    protocol: protocol === undefined ? undefined : protocolOf(protocol, say),
    onlink: options.has('onlink'),
    mtu: mtu === undefined ? undefined : number(mtu, 'mtu', say),
  };
}

/** `via inet6 ADDRESS` says the family before the address, which tells it anyway. */
function joined(words: readonly Word[]): readonly Word[] {
  return words.filter(({ text }, index) => !(/^inet6?$/.test(text) && words[index - 1]?.text === 'via'));
}

function familyIn(options: Options, address: string | undefined): Family {
  if (options.has('inet6')) return 'ipv6';
  return address === undefined ? 'ipv4' : familyOf(address);
}

function destinationOf(word: Word, family: Family): Route['destination'] | undefined {
  if (word.text !== 'default') return prefixOf(word);
  return { address: family === 'ipv6' ? '::' : '0.0.0.0', prefix: 0 };
}

function address(word: Word | undefined, say: Reporter): string | undefined {
  if (word === undefined) return undefined;
  const found = canonicalAddress(word.text);
  if (found === undefined) say.error(word.position, `${quote(word)} is no address`);
  return found;
}

function number(word: Word, what: string, say: Reporter): number | undefined {
  const value = wholeOf(word.text);
  if (value !== undefined && value >= 0 && value <= 4_294_967_295) return value;
  say.error(word.position, `${what} takes a whole number, not ${quote(word)}`);
  return undefined;
}
