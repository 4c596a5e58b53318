import { sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';

/** A TCP socket that waits for connections. */
export interface Listener {
  /** 0.0.0.0 and :: stand for every address of their family */
  readonly address: string;
  readonly port: number;
}

/** Old releases of ss(8) have no -H. Without ss the kernel's table is read, which is slow with many connections. */
export const LISTENING_PROBE = sh`if command -v ss >/dev/null; then ss -Hltn || ss -ltn; else grep -hs ' 0A ' /proc/net/tcp /proc/net/tcp6; fi`;

/** Parses lines of `ss -ltn` or of /proc/net/tcp and tcp6; ignores others. */
export function parseListeners(output: string): readonly Listener[] {
  return saneLines(output).flatMap((line) => {
    const words = wordsOf(line);
    return words[0] === 'LISTEN' ? fromSs(words[3] ?? '') : fromKernel(words);
  });
}

/** `*:80` takes both families, `[::]:80` only IPv6 (misc/ss.c of iproute2); long ago both were `:::80`. */
function fromSs(place: string): readonly Listener[] {
  const colon = place.lastIndexOf(':');
  const port = Number(place.slice(colon + 1));
  if (colon < 0 || !/:\d+$/.test(place)) return [];
  const address = place
    .slice(0, colon)
    .replace(/%.*/, '')
    .replace(/^\[?::ffff:([0-9.]+)\]?$/, '$1');
  if (address === '*' || address === '::') return onBoth(port);
  const [, plain] = /^(?:([0-9.]+)|\[([0-9a-f:.]+)\])$/.exec(address)?.filter((part) => part !== undefined) ?? [];
  return plain === undefined ? [] : [{ address: plain, port }];
}

function onBoth(port: number): readonly Listener[] {
  return ['0.0.0.0', '::'].map((address) => ({ address, port }));
}

const ANY_V6 = '0'.repeat(32);

/**
 * `0: 0100007F:0050 00000000:0000 0A …`: the address as the machine's own 32-bit number (net/ipv4/tcp_ipv4.c,
 * get_tcp4_sock), little-endian on all that lvsctl is likely to meet. A socket for every address of IPv6 is taken to
 * serve IPv4 too.
 */
function fromKernel(words: readonly string[]): readonly Listener[] {
  const [, address = '', port = ''] = /^([0-9A-F]+):([0-9A-F]{4})$/.exec(words[1] ?? '') ?? [];
  if (words[3] !== '0A') return [];
  if (address === ANY_V6) return onBoth(Number.parseInt(port, 16));
  if (address.length !== 8) return [];
  const octets = (address.match(/../g) ?? []).reverse().map((octet) => Number.parseInt(octet, 16));
  return [{ address: octets.join('.'), port: Number.parseInt(port, 16) }];
}
