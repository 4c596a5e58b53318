import { createHmac } from 'node:crypto';

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

const MARKERS: Readonly<Record<string, KnownHost['marker']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'cert-authority',
};

function parseLine(text: string, file: string, line: number): KnownHost | undefined {
  if (/^\s*(#|$)/.test(text)) return undefined;
  const fields = text.trim().split(/[ \t]+/);
  const first = fields[0] ?? '';
  const marked = first.startsWith('@');
  const marker = Object.hasOwn(MARKERS, first) ? MARKERS[first] : undefined;
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

/** The name of a host in known_hosts, with its port unless it is 22. */
export function knownName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Matches `*` and `?` of ssh_config(5) PATTERNS, in quadratic time at worst. */
function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (star !== -1) {
      p = star + 1;
      resume += 1;
      n = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

function matchesHash(field: string, name: string): boolean {
  const [, version, salt, hash, rest] = field.split('|');
  if (version !== '1' || salt === undefined || hash === undefined || rest !== undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** Whether a first field matches this name; a matching `!pattern` excludes the whole line. */
export function matchesNames(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name);
  let matched = false;
  for (const pattern of names.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (pattern !== '' && matchesPattern(pattern, name)) matched = true;
  }
  return matched;
}

/** The recorded key types of a host in the order of the files, those of its name without port last. */
export function knownTypes(entries: readonly KnownHost[], host: string, port: number): readonly string[] {
  const keys = entries.filter((entry) => entry.marker === undefined);
  const mine = [knownName(host, port), knownName(host, 22)].flatMap((name) =>
    keys.filter((entry) => matchesNames(entry.names, name)),
  );
  return [...new Set(mine.map((entry) => entry.keyType))];
}

/**
 * Checks the key of a host as OpenSSH's check_host_key() does: revoked takes precedence over known, and known over
 * changed; a host with only other recorded keys has changed. On a port other than 22, the name without port also
 * matches, but never as changed, because several hosts may share one address behind forwarded ports.
 *
 * @param key base64 of the key in wire format
 */
export function judge(entries: readonly KnownHost[], host: string, port: number, key: string): Verdict {
  const plain = knownName(host, 22);
  const here = entries.filter((entry) => matchesNames(entry.names, knownName(host, port)));
  const either =
    port === 22 ? here : entries.filter((entry) => here.includes(entry) || matchesNames(entry.names, plain));
  const revoked = either.find((entry) => entry.marker === 'revoked' && entry.key === key);
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  if (here.some((entry) => entry.marker === undefined && entry.key === key)) return { kind: 'known' };
  const other = here.find((entry) => entry.marker === undefined);
  if (other !== undefined) return { kind: 'changed', entry: other };
  if (either.some((entry) => entry.marker === undefined && entry.key === key)) return { kind: 'known' };
  return { kind: 'unknown', authority: here.find((entry) => entry.marker === 'cert-authority') };
}
