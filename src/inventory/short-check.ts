import type { Directive } from '../keepalived/write.ts';
import { scalar } from './schema-values.ts';

/** A health check in short, such as `http /health`. */
export interface ShortCheck {
  readonly kind: keyof typeof CHECKS;
  /** What follows the kind; empty where nothing does. */
  readonly argument: string;
}

/** How a kind is written in keepalived.conf. @param timing retries and time limits of a connection */
type Build = (argument: string, timing: readonly Directive[]) => readonly Directive[];

const block = (keyword: string, inner: readonly Directive[]): Directive => ({ keyword, words: [], block: inner });
const directive = (keyword: string, ...words: readonly string[]): Directive => ({ keyword, words });

/** Each kind with the pattern of its argument. `tcp` is written with the values of tcp_check. */
const CHECKS = {
  none: { argument: /^$/, build: () => [] },
  tcp: { argument: /^$/, build: () => [] },
  http: { argument: /^\/\S*$/, build: (path, timing) => [block('HTTP_GET', [url(path), ...timing])] },
  https: { argument: /^\/\S*$/, build: (path, timing) => [block('SSL_GET', [url(path), ...timing])] },
  smtp: { argument: /^$/, build: (_, timing) => [block('SMTP_CHECK', timing)] },
  dns: {
    argument: /^[A-Za-z0-9._-]+$/,
    build: (name, timing) => [block('DNS_CHECK', [directive('type', 'A'), directive('name', name), ...timing])],
  },
  ping: { argument: /^$/, build: () => [block('PING_CHECK', [])] },
  udp: { argument: /^$/, build: (_, timing) => [block('UDP_CHECK', timing)] },
  file: {
    argument: /^\/[^\s"]+$/,
    build: (path) => [block('FILE_CHECK', [directive('track_file', trackedFileName(path))])],
  },
  misc: {
    argument: /^[^\s"]/,
    build: (command) => [block('MISC_CHECK', [{ keyword: 'misc_path', words: [command], escaped: true }])],
  },
} as const satisfies Readonly<Record<string, { readonly argument: RegExp; readonly build: Build }>>;

const EXAMPLES = [
  'none',
  'tcp',
  'http /health',
  'https /',
  'smtp',
  'dns example.com',
  'ping',
  'udp',
  'misc /usr/local/bin/check',
];

export function shortCheck() {
  return scalar('a check such as `tcp` or `http /health`', parseShortCheck, {
    hint: `Write one of ${EXAMPLES.map((one) => `\`${one}\``).join(', ')}.`,
    why: (text) => {
      const [kind = ''] = text.trim().split(/\s+/);
      return isKind(kind) && kind !== text.trim()
        ? { what: `has \`${kind}\` with an argument that it does not take` }
        : isKind(kind)
          ? { what: `has \`${kind}\` without its argument` }
          : undefined;
    },
  }).meta({ type: 'string', inputExamples: ['http /health'] });
}

function parseShortCheck(text: string): ShortCheck | undefined {
  const [, kind = '', rest = ''] = /^(\S+)(.*)/s.exec(text.trim()) ?? [];
  const argument = rest.trimStart();
  return isKind(kind) && CHECKS[kind].argument.test(argument) ? { kind, argument } : undefined;
}

function isKind(text: string): text is ShortCheck['kind'] {
  return Object.hasOwn(CHECKS, text);
}

/** The checkers of keepalived for a check other than `tcp`. */
export function checkersOf({ kind, argument }: ShortCheck, timing: readonly Directive[]): readonly Directive[] {
  const build: Build = CHECKS[kind].build;
  return build(argument, timing);
}

/** The name of the track_file block of a path; different paths have different names. */
export function trackedFileName(path: string): string {
  return path.slice(1).replaceAll(/[^A-Za-z0-9.-]/g, (char) => (char === '/' ? '_' : `_${char.charCodeAt(0)}_`));
}

function url(path: string): Directive {
  return block('url', [directive('path', path)]);
}
