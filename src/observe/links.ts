import { wordsOf } from '../text/lines.ts';

/** `2: eth0@if5: <UP> mtu 1500 …\    link/ether 02:00:c0:a8:a8:64 brd …`: the interface and its MAC address. */
export function parseLink(line: string): readonly (readonly [string, string])[] {
  const words = wordsOf(line);
  const [number = '', name = ''] = words;
  const mac = words[words.findIndex((word) => /^\\?link\//.test(word)) + 1] ?? '';
  const device = deviceIn(name);
  return /^\d+:$/.test(number) && device !== '' && /^[0-9a-f:]{17}$/.test(mac) ? [[device, mac]] : [];
}

/** Bytes, by interface. */
export function parseMtu(line: string): readonly (readonly [string, number])[] {
  const words = wordsOf(line);
  const mtu = Number(words[words.indexOf('mtu') + 1]);
  return Number.isInteger(mtu) ? [[deviceIn(words[1] ?? ''), mtu]] : [];
}

/** `eth0@if7:` */
function deviceIn(name: string): string {
  return name.split(/[@:]/, 1)[0] ?? '';
}
