import { createHmac, randomBytes } from 'node:crypto';
import { matchesPatterns } from './pattern.ts';

/** One line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly file: string;
  /** starts at 1 */
  readonly line: number;
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** The first field: comma-separated patterns, or one hashed name. */
  readonly names: string;
  readonly keyType: string;
  /** base64 of the key in wire format */
  readonly key: string;
}

/** The verdict of the known_hosts files on a key that a host presents. */
export type Verdict =
  | { readonly kind: 'known' }
  /** `authority`: a line that trusts a certificate authority for this host, which is not supported. */
  | { readonly kind: 'unknown'; readonly authority: KnownHost | undefined }
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

const MARKERS: ReadonlyMap<string, KnownHost['marker']> = new Map(
  Object.entries<KnownHost['marker']>({
    '@revoked': 'revoked',
    '@cert-authority': 'cert-authority',
  }),
);

function parseLine(text: string, file: string, line: number): KnownHost | undefined {
  if (/^\s*(#|$)/.test(text)) return undefined;
  const fields = text.trim().split(/[ \t]+/);
  const first = fields[0] ?? '';
  const marked = first.startsWith('@');
  const marker = MARKERS.get(first);
  if (marked && marker === undefined) return undefined;
  const [names, keyType, key] = marked ? fields.slice(1) : fields;
  if (names === undefined || keyType === undefined || key === undefined) return undefined;
  // The key starts with its type and the length of that; ignore lines that were truncated or edited by hand.
  const bytes = Buffer.from(key, 'base64');
  const inner = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1') : '';
  return inner === keyType ? { file, line, marker, names, keyType, key: bytes.toString('base64') } : undefined;
}

/** Reads a known_hosts file. Skips invalid lines, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split(/\r?\n/).flatMap((line, index) => parseLine(line, file, index + 1) ?? []);
}

/** What a host is called in known_hosts. */
export interface Named {
  readonly host: string;
  readonly port: number;
  /** Stands for host and port where it is given. */
  readonly hostKeyAlias?: string | undefined;
}

/** The name of a host in known_hosts, with its port unless it is 22. */
export function knownName({ host, port, hostKeyAlias }: Named): string {
  if (hostKeyAlias !== undefined) return hostKeyAlias.toLowerCase();
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** The names that a host may be recorded under: its own, and that without port. */
function namesOf(named: Named): readonly string[] {
  return [...new Set([knownName(named), knownName({ ...named, port: 22 })])];
}

/** The first field of a line for a name, hashed as ssh-keygen -H does it. */
export function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function matchesHash(field: string, name: string): boolean {
  const [, version, salt, hash, rest] = field.split('|');
  if (version !== '1' || salt === undefined || hash === undefined || rest !== undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** Whether a first field matches this name; a matching `!pattern` excludes the whole line. */
export function matchesNames(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name);
  return matchesPatterns(names.toLowerCase().split(','), name);
}

/** The lines of known_hosts files, found by the name of a host without looking at each: a run asks for hundreds. */
export class KnownHosts {
  readonly #named = new Map<string, Numbered[]>();
  readonly #patterns: Numbered[] = [];
  readonly #hashed = new Set<Numbered>();
  readonly #found = new Map<string, readonly KnownHost[]>();

  constructor(entries: readonly KnownHost[]) {
    for (const [index, entry] of entries.entries()) {
      const numbered = { index, entry };
      if (entry.names.startsWith('|')) this.#hashed.add(numbered);
      else if (/[*?!]/.test(entry.names)) this.#patterns.push(numbered);
      else
        for (const name of new Set(
          entry.names
            .toLowerCase()
            .split(',')
            .filter((one) => one !== ''),
        )) {
          const others = this.#named.get(name);
          if (others === undefined) this.#named.set(name, [numbered]);
          else others.push(numbered);
        }
    }
  }

  /** The lines that match a name, in the order of the files. @param name see `knownName` */
  of(name: string): readonly KnownHost[] {
    const earlier = this.#found.get(name);
    if (earlier !== undefined) return earlier;
    const matches = ({ entry }: Numbered): boolean => matchesNames(entry.names, name);
    const hashed = [...this.#hashed].filter(matches);
    // A hash is of one name only.
    for (const numbered of hashed) this.#hashed.delete(numbered);
    const all = [...(this.#named.get(name) ?? []), ...this.#patterns.filter(matches), ...hashed];
    const found = all.toSorted((a, b) => a.index - b.index).map(({ entry }) => entry);
    this.#found.set(name, found);
    return found;
  }
}

interface Numbered {
  /** Position in the files. */
  readonly index: number;
  readonly entry: KnownHost;
}

/** The recorded key types of a host in the order of the files, those of its name without port last. */
export function knownTypes(known: KnownHosts, named: Named): readonly string[] {
  const all = namesOf(named).flatMap((name) => known.of(name));
  return [...new Set(all.filter(({ marker }) => marker === undefined).map(({ keyType }) => keyType))];
}

/**
 * Checks the key of a host as OpenSSH's check_host_key() does: revoked takes precedence over known, and known over
 * changed; a host with only other recorded keys has changed. On a port other than 22, the name without port also
 * matches, but never as changed, because several hosts may share one address behind forwarded ports.
 *
 * @param key base64 of the key in wire format
 */
export function judge(known: KnownHosts, named: Named, key: string): Verdict {
  const here = known.of(knownName(named));
  const either = namesOf(named).flatMap((name) => known.of(name));
  const revoked = either.find((entry) => entry.marker === 'revoked' && entry.key === key);
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  if (here.some((entry) => entry.marker === undefined && entry.key === key)) return { kind: 'known' };
  const other = here.find((entry) => entry.marker === undefined);
  if (other !== undefined) return { kind: 'changed', entry: other };
  if (either.some((entry) => entry.marker === undefined && entry.key === key)) return { kind: 'known' };
  return { kind: 'unknown', authority: here.find((entry) => entry.marker === 'cert-authority') };
}
