import { canonicalAddress } from '../../../keepalived/text/address.ts';

/** The contents of /etc/resolv.conf (resolv.conf(5)). */
export interface ResolverConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
}

/** Limits of libc's resolver, which also ignores further entries. */
const SERVERS = 3;
const DOMAINS = 6;

/** Defaults to a server on this host. Servers with an interface (fe80::1%eth0) are ignored. */
export function parseResolvConf(text: string): ResolverConf {
  let servers: readonly string[] = [];
  let search: readonly string[] = [];
  for (const [keyword, ...values] of lines(text)) {
    if (keyword === 'nameserver') servers = [...servers, ...values.slice(0, 1).flatMap(addressOf)];
    if (keyword === 'search' || keyword === 'domain') search = values;
  }
  return {
    servers: servers.length === 0 ? ['127.0.0.1'] : servers.slice(0, SERVERS),
    search: search.slice(0, DOMAINS),
  };
}

/** The first address of a name in hosts(5), case-insensitively. */
export function findInHosts(text: string, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [address = '', ...names] of lines(text))
    if (names.some((other) => other.toLowerCase() === wanted)) {
      const canonical = canonicalAddress(address);
      if (canonical !== undefined) return canonical;
    }
  return undefined;
}

/** The names to query, in order. A name without dots is tried in the search domains first. */
export function candidates(name: string, search: readonly string[]): readonly string[] {
  if (name.endsWith('.')) return [name];
  const ours = search.map((domain) => `${name}.${domain}`);
  return name.includes('.') ? [name, ...ours] : [...ours, name];
}

function addressOf(text: string): readonly string[] {
  const address = canonicalAddress(text);
  return address === undefined ? [] : [address];
}

function lines(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map((line) => line.replace(/[#;].*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));
}
