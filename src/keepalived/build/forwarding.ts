import type { Word } from '../language/mapped-text.ts';
import type { Forwarding, Tunnel } from '../model-check.ts';
import type { Reporter } from '../reporter.ts';
import { quote, wholeOf } from './values.ts';

export interface Method {
  readonly lb_kind: Forwarding;
  readonly tunnel: Tunnel | undefined;
}

/** `NAT`, `DR`, or `TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]`. */
export function methodOf(words: readonly Word[] | undefined, say: Reporter): Method | undefined {
  const [kind, ...rest] = words ?? [];
  if (kind === undefined) return undefined;
  if (kind.text !== 'NAT' && kind.text !== 'DR' && kind.text !== 'TUN') {
    say.error(kind.position, `a real server is reached by NAT, DR or TUN, not ${quote(kind)}`);
    return undefined;
  }
  // keepalived judges the words of a tunnel behind the other two as well, and makes nothing of them.
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
    else if (word.text !== 'nocsum') say.error(word.position, `a tunnel does not know ${quote(word)}`);
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
