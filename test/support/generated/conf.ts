import { CHECKERS, REAL_SERVER, URL } from '../../../src/keepalived/keywords/check.ts';
import { releasedKeywords, sinceOf } from '../../../src/keepalived/keywords/releases.ts';
import type { Keyword, Keywords } from '../../../src/keepalived/keywords/keyword.ts';
import {
  AUTHENTICATION,
  GARP_GROUP,
  TRACK_FILE,
  VRRP_INSTANCE,
  VRRP_SCRIPT,
  VRRP_SYNC_GROUP,
  VRRP_TRACK_PROCESS,
} from '../../../src/keepalived/keywords/vrrp.ts';
import { VIRTUAL_SERVER } from '../../../src/keepalived/keywords/check.ts';
import { GLOBAL_DEFS } from '../../../src/keepalived/keywords/globals.ts';
import { argumentsOf } from './arguments.ts';
import { languageFile } from './language.ts';
import { lineOf } from './lines.ts';
import { GLOBAL, PLACES, type Place, instance, service } from './places.ts';
import { type Random, randomOf } from './random.ts';

/** What a file was made to try, and the file. */
export interface GeneratedConf {
  readonly kind: string;
  readonly text: string;
}

/** Keywords of releases after 2.2.7, the keepalived that files are compared with. */
const NEWER = new Set(
  releasedKeywords()
    .map((keyword) => keyword.split('/'))
    .filter((keyword) => /^2\.(?:2\.[89]|[3-9]\.)/.test(sinceOf(keyword) ?? ''))
    .map((keyword) => keyword.at(-1)),
);

/** What stands inside of blocks, by their keywords. */
const INSIDE: Readonly<Record<string, Keywords>> = {
  global_defs: GLOBAL_DEFS,
  authentication: AUTHENTICATION,
  vrrp_instance: VRRP_INSTANCE,
  vrrp_sync_group: VRRP_SYNC_GROUP,
  vrrp_script: VRRP_SCRIPT,
  vrrp_track_process: VRRP_TRACK_PROCESS,
  track_file: TRACK_FILE,
  vrrp_track_file: TRACK_FILE,
  garp_group: GARP_GROUP,
  virtual_server: VIRTUAL_SERVER,
  real_server: REAL_SERVER,
  url: URL,
  ...CHECKERS,
};

const NAMES: Readonly<Record<string, readonly string[]>> = {
  real_server: [
    '10.1.0.3 80',
    '10.1.0.3',
    '10.1.0.3 81',
    '10.1.0.2 80',
    'fd00::3 80',
    '10.1.0.3 0',
    '10.1.0.3 65536',
    '10.1.0.3 x',
    'x 80',
    '10.1.0.3 80 x',
    '',
  ],
  virtual_server: [
    '10.1.0.7 80',
    '10.1.0.7',
    '10.1.0.7 0',
    '10.1.0.7 65536',
    'fd00::7 80',
    'fwmark 7',
    'fwmark 0',
    'fwmark',
    'fwmark x',
    'group V',
    'group',
    'x 80',
    '10.1.0.7 80 x',
    '',
  ],
};

const COUNTS = [1, 1, 1, 2, 3];

function statementOf(name: string, keyword: Keyword, random: Random, depth = 0): string {
  const shape = keyword.status === 'model' ? keyword.shape : undefined;
  if (shape?.kind === 'lines') {
    if (random.chance(8)) return `${name} ${argumentsOf(name, keyword, random)}`;
    const count = random.chance(5) ? 0 : random.pick(COUNTS);
    const lines = Array.from({ length: count }, () => lineOf(name, random));
    return `${name} {\n${lines.join('\n')}\n}`;
  }
  if (shape?.kind === 'block') {
    if (random.chance(8)) return `${name} ${argumentsOf(name, keyword, random)}`;
    const table = Object.hasOwn(INSIDE, name) ? INSIDE[name] : undefined;
    const names = Object.hasOwn(NAMES, name) ? NAMES[name] : ['N', 'N', 'N', '"a b"', 'N M', '', 'A', '""'];
    const head = shape.name ? ` ${random.pick(names ?? [''])}` : '';
    const body =
      name === 'virtual_server_group'
        ? lineOf(name, random)
        : table === undefined || depth > 2
          ? ''
          : statementsOf(table, random, random.below(3), depth + 1);
    return `${name}${head} {\n${body}\n}`;
  }
  return `${name} ${argumentsOf(name, keyword, random)}`.trimEnd();
}

/** Those that the agent refuses have a list of their own. */
function supported(table: Keywords): readonly (readonly [string, Keyword])[] {
  return Object.entries(table).filter(([name, { status }]) => status !== 'unsupported' && !NEWER.has(name));
}

function statementsOf(table: Keywords, random: Random, count: number, depth = 0): string {
  const all = supported(table);
  if (all.length === 0) return '';
  return Array.from({ length: count }, () => statementOf(...random.pick(all), random, depth)).join('\n');
}

const KINDS: readonly (readonly [weight: number, name: string, (random: Random) => string])[] = [
  [50, 'one keyword', (random) => within(random, random.pick(PLACES), 1)],
  [12, 'some keywords', (random) => within(random, random.pick(PLACES), 2 + random.below(3))],
  [12, 'lines of a block', linesFile],
  [6, 'a keyword of another place', misplaced],
  [6, 'heads of blocks', headsFile],
  [14, 'language', languageFile],
];

function within(random: Random, place: Place, count: number): string {
  return place.file(statementsOf(place.table, random, count));
}

function misplaced(random: Random): string {
  const [place, other] = [random.pick(PLACES), random.pick(PLACES)];
  return place.file(statementsOf(other.table, random, 1));
}

function linesFile(random: Random): string {
  const blocks = PLACES.flatMap((place) =>
    supported(place.table).flatMap(([name, keyword]) =>
      keyword.status === 'model' && keyword.shape.kind === 'lines' ? [{ place, name, keyword }] : [],
    ),
  );
  const { place, name, keyword } = random.pick(blocks);
  if (random.chance(20))
    return `${GLOBAL}virtual_server_group V {\n${lineOf('virtual_server_group', random)}\n}\n${service('', '', 'group V')}`;
  return place.file(statementOf(name, keyword, random));
}

const HEADS: readonly ((random: Random) => string)[] = [
  (random) => service('', '', random.pick(NAMES['virtual_server'] ?? [''])),
  (random) =>
    service(
      random.pick(['', 'persistence_timeout 50', 'ops', 'quorum 5', 'hysteresis 1', 'ha_suspend', 'ip_family inet6']),
      random.pick(['', 'weight 0', 'inhibit_on_failure']),
      random.pick(NAMES['virtual_server'] ?? ['']),
    ),
  (random) => service('', '') + service('', '', random.pick(['10.1.0.1 80', '10.1.0.1 81', 'fwmark 1'])),
  (random) => `${instance('A', 1)}${instance(random.pick(['A', 'B', '"B"', '', 'B C']), random.pick([1, 2]))}`,
  (random) =>
    `${instance('A', 1)}${random.pick(['}', '{', 'vrrp_instance B', 'vrrp_instance B {', '{ }', 'bogus {\nx\n}', 'virtual_server 10.1.0.1 80', 'global_defs'])}\n`,
  (random) => instance('A', 1).replace('{', random.pick(['\n{', '{\n\n', '{ ', 'x {', '"{"', '{{', ''])),
];

function headsFile(random: Random): string {
  return `${random.chance(90) ? GLOBAL : ''}${random.pick(HEADS)(random)}`;
}

/** One file of the kind that the seed gives. */
export function generatedConf(seed: number): GeneratedConf {
  const random = randomOf(seed);
  let left = random.below(KINDS.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, kind, make] of KINDS) {
    if (left < weight) {
      const text = make(random);
      // Most files are for a host on which scripts are safe, as they should be.
      return { kind, text: random.chance(15) ? text.replace('enable_script_security\n', '') : text };
    }
    left -= weight;
  }
  throw new RangeError('no kind is left');
}
