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
