/** One host of a ProxyJump, as `[user@]host[:port]` or an ssh:// URI. */
export interface Hop {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

/** Characters of a host or user that no shell and no ssh would take for something else. */
const PLAIN = /^(?!-)[A-Za-z0-9_.:%@+-]+$/;

/** The hosts of a ProxyJump in the order in which they are passed; undefined for a text that is none. */
export function parseJump(text: string): readonly Hop[] | undefined {
  const hops = text.split(',').map((one) => parseHop(one.trim()));
  return hops.every((hop) => hop !== undefined) ? hops : undefined;
}

function parseHop(text: string): Hop | undefined {
  const plain = text.startsWith('ssh://') ? text.slice('ssh://'.length).replace(/\/$/, '') : text;
  const at = plain.lastIndexOf('@');
  const user = at === -1 ? undefined : plain.slice(0, at);
  const place = plain.slice(at + 1);
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(place);
  // More than one colon outside of brackets belongs to an IPv6 address.
  const colon = place.indexOf(':') === place.lastIndexOf(':') ? place.indexOf(':') : -1;
  const host = bracketed?.[1] ?? (colon === -1 ? place : place.slice(0, colon));
  const digits = bracketed === null ? (colon === -1 ? undefined : place.slice(colon + 1)) : bracketed[2];
  if (!PLAIN.test(host) || (user !== undefined && !PLAIN.test(user))) return undefined;
  if (digits === undefined) return { user, host, port: undefined };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? { user, host, port } : undefined;
}
