import { encodeUtf8 } from '../text/utf8.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from './fields.ts';
import { quote } from './values.ts';

/** In bytes, without the 0 at its end (IFNAMSIZ of linux/if.h is 16). */
const LONGEST = 15;

/** The name of an interface. One that no interface can have is said to be wrong. */
export function interfaceName(word: Word, say: Reporter): string {
  if (encodeUtf8(word.text).length > LONGEST)
    say.error(
      word.position,
      `the name of an interface has at most ${LONGEST} bytes, not ${quote(word)}`,
      'take the name that `ip link` shows',
    );
  return word.text;
}

/** The same for a statement `KEYWORD NAME`; undefined where there is none. */
export function interfaceOf(fields: Fields, keyword: string, say: Reporter): string | undefined {
  const text = fields.text(keyword);
  return text === undefined ? undefined : interfaceName({ text, position: fields.position(keyword) }, say);
}
