import { canonicalAddress } from '../../../keepalived/text/address.ts';

/** What /etc/resolv.conf says (resolv.conf(5)). */
export interface ResolverConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
}

/** The resolver's own limits: what is behind is ignored there too. */
const SERVERS = 3;
const DOMAINS = 6;

/** Without a server it is the one of this host. A server that is told by its interface too (fe80::1%eth0) is left out. */
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

/** The first address of a name in hosts(5), whatever its letters' case. */
export function findInHosts(text: string, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [address = '', ...names] of lines(text))
    if (names.some((other) => other.toLowerCase() === wanted)) {
      const canonical = canonicalAddress(address);
      if (canonical !== undefined) return canonical;
    }
  return undefined;
}

/** In which order a name is asked for: one without a dot is of our domains first. */
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
