import { encodeUtf8 } from '../text/utf8.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';
import { quote } from './values.ts';
import type { TrackInterface } from '../model/vrrp.ts';

/** In bytes, without the terminating 0 (IFNAMSIZ of linux/if.h is 16). */
const LONGEST = 15;

/** The name of an interface. Reports a name that no interface can have. */
export function interfaceName(word: Word, say: Reporter): string {
  if (encodeUtf8(word.text).length > LONGEST)
    say.error(
      word.position,
      `the name of an interface has at most ${LONGEST} bytes, not ${quote(word)}`,
      'use the name shown by `ip link`',
    );
  return word.text;
}

/** The same for a statement `KEYWORD NAME`; undefined where there is none. */
export function interfaceOf(fields: Fields, keyword: string, say: Reporter): string | undefined {
  const text = fields.text(keyword);
  return text === undefined ? undefined : interfaceName({ text, position: fields.position(keyword) }, say);
}

/** What an instance keeps elsewhere than on its own interface, and the words behind which a line says where. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  virtual_ipaddress: ['dev'],
  virtual_ipaddress_excluded: ['dev'],
  virtual_routes: ['dev', 'oif'],
  virtual_rules: ['dev', 'iif', 'oif'],
};

/**
 * A fault of these is a fault of the instance, as keepalived has it, whatever weight `track_interface` gives them; but not
 * where `no_track` stands in the line. Its own interface is watched anyway, or not, as `dont_track_primary` says.
 */
export function impliedInterfacesOf(fields: Fields, own: string): readonly TrackInterface[] {
  const names = Object.entries(KEPT).flatMap(([block, words]) =>
    fields
      .all(block)
      .flatMap((statement) => statement.block ?? [])
      .map(({ keyword, args }) => [keyword, ...args].map(({ text }) => text))
      .filter((line) => !line.includes('no_track'))
      .flatMap((line) => line.filter((_, at) => words.includes(line[at - 1] ?? ''))),
  );
  return [...new Set(names)]
    .filter((name) => name !== own)
    .map((name) => ({ interface: name, weight: 0, reverse: false }));
}
