import { type Family, canonicalAddress, familyOf } from '../text/address.ts';
import type { Position } from '../diagnostic.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Route } from '../model/vrrp.ts';
import { type Network, networkOf, protocolOf, scopeOf, tableOf } from './iproute.ts';
import type { Context } from './context.ts';
import { nearest } from '../nearest.ts';
import {
  type LineOption,
  type LineOptions,
  flag,
  missing,
  numeric,
  readInOrder,
  refused,
  value,
  wordsOf,
  wrong,
} from './options.ts';
import { quote, unsignedOf } from './values.ts';

/** keepalived identifies its own routes by this protocol (RTPROT_KEEPALIVED of linux/rtnetlink.h). */
const KEEPALIVED = 18;
const BOTH_FAMILIES = 'the addresses of a route must be of one family';
const NOT_SET = 'the agent does not set this metric of a route';
const ONE_PATH = 'the agent supports routes with one next hop only';

/** The draft of a line. */
interface Draft {
  family?: Family;
  network?: Network;
  destination?: Word;
  type?: Route['type'];
  via?: string;
  dev?: string;
  src?: string;
  table?: number;
  metric?: number;
  scope?: number;
  protocol?: number;
  protocolAt?: Position;
  mtu?: number;
  onlink?: true;
  no_track?: true;
}

const via: LineOption<Draft> = (draft, name, next) => {
  const first = next();
  const given = first?.text === 'inet' ? 'ipv4' : first?.text === 'inet6' ? 'ipv6' : undefined;
  const word = given === undefined ? first : next();
  if (first === undefined || word === undefined) return missing(name);
  const text = (given === undefined ? undefined : joinFamily(draft, given)) ?? addressInto(draft, 'via', word);
  return text === undefined ? undefined : wrong(word, text);
};
const dev = value<Draft>((draft, { text }) => {
  draft.dev = text;
  return undefined;
});
const metric = numeric<Draft>(
  (word) => wholeOf(word, 'metric'),
  (draft, number) => {
    draft.metric = number;
  },
);
const mtu: LineOption<Draft> = (draft, name, next) => {
  const word = next();
  if (word?.text === 'lock') return refused<Draft>('the agent locks no metric of a route')(draft, name, next);
  if (word === undefined) return missing(name);
  const number = wholeOf(word, 'mtu');
  if (typeof number === 'string') return wrong(word, number);
  draft.mtu = number;
  return undefined;
};
/** keepalived 2.2.7 does not read its argument. */
const family =
  (of: Family): LineOption<Draft> =>
  (draft, name, next) => {
    const text = joinFamily(draft, of);
    next();
    return text === undefined ? undefined : wrong(name, text);
  };

const OPTIONS: LineOptions<Draft> = {
  via,
  gw: via,
  dev,
  oif: dev,
  metric,
  priority: metric,
  preference: metric,
  mtu,
  inet: family('ipv4'),
  inet6: family('ipv6'),
  src: value((draft, word) => addressInto(draft, 'src', word)),
  table: numeric(tableOf, (draft, number) => {
    draft.table = number;
  }),
  scope: numeric(scopeOf, (draft, number) => {
    draft.scope = number;
  }),
  protocol: value((draft, word) => {
    const number = protocolOf(word);
    if (typeof number === 'string') return number;
    draft.protocol = number;
    draft.protocolAt = word.position;
    return undefined;
  }),
  onlink: flag((draft) => {
    draft.onlink = true;
  }),
  no_track: flag((draft) => {
    draft.no_track = true;
  }),
  add: flag(() => undefined),
  prepend: flag(() => undefined),
  from: refused('the agent keeps no routes by where a packet comes from'),
  or: refused(ONE_PATH),
  nexthop: refused(ONE_PATH, 0),
  append: refused('the agent puts a route before others that match', 0),
  vrf: refused('the agent keeps routes of tables, not of VRFs'),
  encap: refused('the agent makes no tunnels'),
  ...Object.fromEntries(
    [
      ['tos', 'dsfield', 'hoplimit', 'advmss', 'rtt', 'rttvar', 'reordering', 'window', 'cwnd', 'ssthresh', 'realms'],
      ['rto_min', 'initcwnd', 'initrwnd', 'features', 'quickack', 'congctl', 'fastopen_no_cookie', 'pref'],
      ['ttl-propagate', 'expires', 'weight'],
    ]
      .flat()
      .map((name) => [name, refused<Draft>(NOT_SET)]),
  ),
};
const STATIC_OPTIONS: LineOptions<Draft> = {
  ...OPTIONS,
  track_group: refused('the agent does not watch static routes'),
};

const TYPES = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
const OTHER_TYPES = new Set(['local', 'nat', 'broadcast', 'brd', 'anycast', 'multicast', 'xresolve']);

/** `[to] [TYPE] NETWORK`. */
const destination: LineOption<Draft> = (draft, first, next) => {
  const second = first.text === 'to' ? next() : first;
  if (second === undefined) return missing(first);
  const type = TYPES.find((name) => name === second.text);
  const other = OTHER_TYPES.has(second.text);
  const word = type === undefined && !other ? second : next();
  if (word === undefined) return missing(second);
  if (other) return { kind: 'refused', word: second, text: `the agent does not support routes of type ${second.text}` };
  if (type !== undefined) draft.type = type;
  const network = networkOf(word);
  if (network === undefined) {
    const meant = nearest(word.text, [...Object.keys(OPTIONS), ...TYPES]);
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
    return wrong(word, `unknown word ${quote(word)}; a route has a destination such as 192.0.2.0/24, or default`, hint);
  }
  draft.network = network;
  draft.destination = word;
  if (draft.family !== undefined && draft.family !== network.family) return wrong(word, BOTH_FAMILIES);
  if (network.family !== undefined) draft.family = network.family;
  return undefined;
};

/** The lines of virtual_routes or static_routes. */
export function routesOf(blocks: readonly Statement[], place: string, context: LineContext): readonly Route[] {
  return blocks
    .flatMap(({ block }) => block ?? [])
    .map((line) => routeOf(line, place, context))
    .filter((route) => route !== undefined);
}

type LineContext = Pick<Context, 'say' | 'interfaces'>;

function routeOf(line: Statement, place: string, { say, interfaces }: LineContext): Route | undefined {
  const draft: Draft = {};
  const options = place === 'static_routes' ? STATIC_OPTIONS : OPTIONS;
  const words = wordsOf(line, say);
  if (!readInOrder(draft, words, { options, other: destination, place, say, interfaces })) return undefined;
  const { network, destination: to, type = 'unicast' } = draft;
  if (network === undefined || to === undefined) {
    say.error(line.keyword.position, `a route of ${place} needs a destination such as 192.0.2.0/24`);
    return undefined;
  }
  if (network.surplus) say.error(to.position, `invalid prefix of ${quote(to)}: read as a single address`);
  if (words.some(({ text }) => text === 'gw')) say.warning(to.position, 'gw of a route is deprecated', 5, 'use via');
  if (draft.no_track !== true) judgeWatched(draft, to, say);
  if (type === 'unicast' && draft.via === undefined && draft.dev === undefined)
    say.warning(to.position, `the kernel rejects the route to ${to.text} without via ADDRESS or dev INTERFACE`, 0);
  const own = draft.family ?? 'ipv4';
  return {
    family: own,
    destination: { address: network.address ?? (own === 'ipv6' ? '::' : '0.0.0.0'), prefix: network.prefix },
    type,
    via: draft.via,
    dev: draft.dev,
    src: draft.src,
    table: draft.table ?? 254,
    metric: draft.metric,
    scope: draft.scope,
    protocol: draft.no_track === true ? draft.protocol : undefined,
    onlink: draft.onlink === true,
    mtu: draft.mtu,
  };
}

/** Reports why keepalived cannot track a route. */
function judgeWatched({ protocol, protocolAt, dev: device }: Draft, to: Word, say: Context['say']): void {
  if (protocol !== undefined && protocol !== KEEPALIVED)
    say.warning(
      protocolAt ?? to.position,
      'a tracked route must have the protocol keepalived',
      5,
      'add no_track, or remove protocol',
    );
  if (device === undefined)
    say.warning(
      to.position,
      `the route to ${to.text} is not tracked: it has no dev`,
      5,
      'add dev INTERFACE or no_track',
    );
}

/** The error when a route mixes families. */
function joinFamily(draft: Draft, of: Family): string | undefined {
  if (draft.family !== undefined && draft.family !== of) return BOTH_FAMILIES;
  draft.family = of;
  return undefined;
}

function addressInto(draft: Draft, name: 'via' | 'src', word: Word): string | undefined {
  const address = canonicalAddress(word.text);
  if (address === undefined) return `${quote(word)} is no address`;
  draft[name] = address;
  return joinFamily(draft, familyOf(address));
}

function wholeOf(word: Word, what: string): number | string {
  const number = unsignedOf(word.text);
  return number !== undefined && number <= 4_294_967_295 ? number : `${what} takes a whole number, not ${quote(word)}`;
}
