/** What the arguments of a keyword must be. */
type Shape = 'word' | 'words' | 'rest' | 'port' | 'count' | 'time' | 'boolean' | 'checking' | 'family';

/** The keywords that lvsctl honours, by their name in lower case. Others have no meaning for it and are skipped. */
export const SHAPES: ReadonlyMap<string, Shape> = new Map(
  Object.entries<Shape>({
    addressfamily: 'family',
    bindaddress: 'word',
    certificatefile: 'word',
    ciphers: 'word',
    connecttimeout: 'time',
    globalknownhostsfile: 'words',
    hashknownhosts: 'boolean',
    hostkeyalgorithms: 'word',
    hostkeyalias: 'word',
    hostname: 'word',
    identitiesonly: 'boolean',
    identityagent: 'word',
    identityfile: 'word',
    kbdinteractiveauthentication: 'boolean',
    kexalgorithms: 'word',
    macs: 'word',
    passwordauthentication: 'boolean',
    port: 'port',
    proxycommand: 'rest',
    proxyjump: 'rest',
    pubkeyacceptedalgorithms: 'word',
    pubkeyauthentication: 'word',
    serveralivecountmax: 'count',
    serveraliveinterval: 'time',
    stricthostkeychecking: 'checking',
    user: 'word',
    userknownhostsfile: 'words',
  }),
);

/** Older names, which OpenSSH accepts too. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    challengeresponseauthentication: 'kbdinteractiveauthentication',
    identityfile2: 'identityfile',
    pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
    skeyauthentication: 'kbdinteractiveauthentication',
    tisauthentication: 'kbdinteractiveauthentication',
  }),
);

/** Keywords of which every line counts; of others the first. */
export const REPEATED = new Set(['identityfile', 'certificatefile']);

export function canonicalKeyword(keyword: string): string {
  return ALIASES.get(keyword) ?? keyword;
}

const YES = /^(?:yes|true)$/i;
const NO = /^(?:no|false)$/i;

export function isYes(word: string): boolean {
  return YES.test(word);
}

/** Seconds of a time such as `90`, `1m30s` or `2h`; undefined for what is none. */
export function secondsOf(word: string): number | undefined {
  const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  if (!/^(?:\d{1,9}[smhdw]?)+$/i.test(word)) return undefined;
  let total = 0;
  for (const [, digits = '', unit = ''] of word.matchAll(/(\d+)([smhdw]?)/gi)) {
    total += Number(digits) * (units[unit.toLowerCase()] ?? 1);
  }
  return total;
}

/** Why the arguments of a keyword are refused; undefined when they are good. */
export function problemOf(keyword: string, words: readonly string[]): string | undefined {
  const shape = SHAPES.get(keyword);
  if (shape === undefined || shape === 'rest') return undefined;
  const [first, ...more] = words;
  if (first === undefined || first === '') return 'has no argument';
  if (shape === 'words') return undefined;
  if (more.length > 0) return 'has extra arguments at the end of the line';
  switch (shape) {
    case 'word':
      return undefined;
    case 'port':
      return /^\d{1,5}$/.test(first) && Number(first) >= 1 && Number(first) <= 65_535 ? undefined : 'is not a port';
    case 'count':
      return /^\d{1,9}$/.test(first) ? undefined : 'is not a whole number';
    case 'time':
      return first.toLowerCase() === 'none' || secondsOf(first) !== undefined ? undefined : 'is not a time';
    case 'boolean':
      return YES.test(first) || NO.test(first) ? undefined : 'must be yes or no';
    case 'checking':
      return /^(?:yes|true|no|false|off|ask|accept-new)$/i.test(first)
        ? undefined
        : 'must be yes, accept-new, ask, no or off';
    case 'family':
      return /^(?:any|inet|inet6)$/i.test(first) ? undefined : 'must be any, inet or inet6';
  }
}
