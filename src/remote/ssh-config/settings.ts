import { createHash } from 'node:crypto';
import { hostNameOf, type Settings } from './evaluate.ts';
import { type Hop, parseJump } from './jump.ts';
import { isYes, secondsOf } from './keywords.ts';
import type { ConfigLine, ConfigMistake } from './read.ts';
import { type Expanded, expandPath, expandTokens, type Tokens } from './tokens.ts';

/** A value, and the line it comes from, as `FILE:LINE`. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: string;
}

type Optional<T> = Setting<T> | undefined;

/** What the configuration says of one destination; undefined for what it does not mention. */
export interface HostSettings {
  readonly hostName: Optional<string>;
  readonly user: Optional<string>;
  readonly port: Optional<number>;
  /** Without those that are `none`. */
  readonly identityFiles: Optional<readonly string[]>;
  readonly certificateFiles: Optional<readonly string[]>;
  readonly identitiesOnly: Optional<boolean>;
  /** Path of the socket; `undefined` for none. */
  readonly identityAgent: Optional<string | undefined>;
  readonly userKnownHosts: Optional<readonly string[]>;
  readonly globalKnownHosts: Optional<readonly string[]>;
  readonly hashKnownHosts: Optional<boolean>;
  readonly hostKeyAlias: Optional<string>;
  /** `no` is StrictHostKeyChecking no, which is not honoured. */
  readonly hostKeyChecking: Optional<'strict' | 'accept-new' | 'no'>;
  readonly connectTimeoutSeconds: Optional<number>;
  readonly keepaliveSeconds: Optional<number>;
  readonly keepaliveCount: Optional<number>;
  readonly proxyCommand: Optional<string>;
  /** In the order in which they are passed; none for a direct connection. */
  readonly proxyJump: Optional<readonly Hop[]>;
  readonly addressFamily: Optional<4 | 6 | undefined>;
  readonly bindAddress: Optional<string>;
  readonly passwordAuthentication: Optional<boolean>;
  readonly keyboardInteractive: Optional<boolean>;
  /** Algorithm lists as they are written, with a leading `+`, `-` or `^`. */
  readonly kex: Optional<string>;
  readonly ciphers: Optional<string>;
  readonly macs: Optional<string>;
  readonly hostKeyAlgorithms: Optional<string>;
  readonly publicKeyAlgorithms: Optional<string>;
}

/** The user and machine that lvsctl runs as. */
export interface LocalUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  readonly hostname: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export interface Asked {
  readonly name: string;
  /** As given in the inventory, else the default for when the configuration has none. */
  readonly user: { readonly given: string | undefined; readonly otherwise: string };
  readonly port: number | undefined;
}

const PROXY_TOKENS = ['h', 'n', 'p', 'r'];

/** Puts the lines for a destination into types, with paths and tokens expanded. */
export function settingsOf(
  lines: Settings,
  asked: Asked,
  local: LocalUser,
  report: (mistake: ConfigMistake) => void,
): HostSettings {
  const only = (keyword: string): ConfigLine | undefined => lines.get(keyword)?.[0];
  const setting = <T>(keyword: string, read: (word: string, line: ConfigLine) => T): Optional<T> => {
    const line = only(keyword);
    return line && { value: read(line.words[0] ?? '', line), origin: `${line.file}:${line.line}` };
  };
  const expanded = (line: ConfigLine, result: Expanded): readonly string[] => {
    if ('text' in result) return [result.text];
    const { file, line: number } = line;
    report({
      severity: 'error',
      file,
      line: number,
      what: `${line.keyword} ${result.problem}.`,
      hint: 'See TOKENS in ssh_config(5).',
    });
    return [];
  };

  const host = hostNameOf(lines, asked.name).toLowerCase();
  const port = asked.port ?? Number(only('port')?.words[0] ?? 22);
  const user = asked.user.given ?? only('user')?.words[0] ?? asked.user.otherwise;
  const alias = only('hostkeyalias')?.words[0]?.toLowerCase();
  const jump = only('proxyjump')?.rest ?? '';
  const short = local.hostname.replace(/\..*/s, '');
  const connection = createHash('sha1').update(`${local.hostname}${host}${port}${user}${jump}`).digest('hex');
  const tokens: Tokens = {
    h: host,
    p: String(port),
    r: user,
    n: asked.name,
    k: alias ?? asked.name,
    j: jump,
    C: connection,
    d: local.home,
    u: local.name,
    i: String(local.uid),
    l: local.hostname,
    L: short,
  };
  const expansion = { home: local.home, tokens, variables: local.variables };
  const path = (line: ConfigLine, word: string): readonly string[] => expanded(line, expandPath(word, expansion));
  const isNone = (word: string): boolean => word.toLowerCase() === 'none';

  const repeated = (keyword: string): Optional<readonly string[]> => {
    const all = lines.get(keyword);
    const first = all?.[0];
    if (all === undefined || first === undefined) return undefined;
    const value = all.flatMap((line) => line.words.flatMap((word) => (isNone(word) ? [] : path(line, word))));
    return { value, origin: `${first.file}:${first.line}` };
  };
  const paths = (keyword: string): Optional<readonly string[]> =>
    setting(keyword, (_word, line) => line.words.flatMap((word) => (isNone(word) ? [] : path(line, word))));
  const seconds = (keyword: string): Optional<number> => {
    const found = setting(keyword, (word) => secondsOf(word) ?? 0);
    return found?.value === 0 && keyword === 'connecttimeout' ? undefined : found;
  };
  const truth = (keyword: string): Optional<boolean> => setting(keyword, isYes);
  const text = (keyword: string): Optional<string> => setting(keyword, (word) => word);

  const proxyTokens = Object.fromEntries(PROXY_TOKENS.map((letter) => [letter, tokens[letter] ?? '']));
  const hops = setting('proxyjump', (_word, line): readonly Hop[] => {
    if (isNone(line.rest)) return [];
    const [written = ''] = expanded(line, expandTokens(line.rest, proxyTokens));
    const parsed = parseJump(written);
    if (parsed === undefined && written !== '') {
      const { file, line: number } = line;
      const what = `\`${line.rest.slice(0, 200)}\` is not a list of [user@]host[:port].`;
      report({ severity: 'error', file, line: number, what, hint: 'See ProxyJump in ssh_config(5).' });
    }
    return parsed ?? [];
  });
  const proxy = only('proxycommand');

  return {
    hostName: only('hostname') && setting('hostname', () => host),
    user: text('user'),
    port: setting('port', Number),
    identityFiles: repeated('identityfile'),
    certificateFiles: repeated('certificatefile'),
    identitiesOnly: truth('identitiesonly'),
    identityAgent: setting('identityagent', (word, line) => {
      if (isNone(word)) return undefined;
      if (word === 'SSH_AUTH_SOCK') return local.variables['SSH_AUTH_SOCK'];
      if (/^\$[A-Za-z_]\w*$/.test(word)) return local.variables[word.slice(1)];
      return path(line, word)[0];
    }),
    userKnownHosts: paths('userknownhostsfile'),
    globalKnownHosts: paths('globalknownhostsfile'),
    hashKnownHosts: truth('hashknownhosts'),
    hostKeyAlias: setting('hostkeyalias', (word) => word.toLowerCase()),
    hostKeyChecking: setting('stricthostkeychecking', (word) => {
      if (/^accept-new$/i.test(word)) return 'accept-new';
      return /^(?:no|off|false)$/i.test(word) ? 'no' : 'strict';
    }),
    connectTimeoutSeconds: seconds('connecttimeout'),
    keepaliveSeconds: seconds('serveraliveinterval'),
    keepaliveCount: setting('serveralivecountmax', Number),
    proxyCommand: proxy === undefined || isNone(proxy.rest) ? undefined : setting('proxycommand', () => proxy.rest),
    proxyJump: hops,
    addressFamily: setting('addressfamily', (word) =>
      /^any$/i.test(word) ? undefined : word.endsWith('6') ? (6 as const) : (4 as const),
    ),
    bindAddress: text('bindaddress'),
    passwordAuthentication: truth('passwordauthentication'),
    keyboardInteractive: truth('kbdinteractiveauthentication'),
    kex: text('kexalgorithms'),
    ciphers: text('ciphers'),
    macs: text('macs'),
    hostKeyAlgorithms: text('hostkeyalgorithms'),
    publicKeyAlgorithms: text('pubkeyacceptedalgorithms'),
  };
}
