import { type ReadConf, readConf } from '../../../src/keepalived/read-conf.ts';
import type { ConfEnv, ConfFile, ConfSource } from '../../../src/keepalived/source.ts';

export const ENV: ConfEnv = { configId: undefined, hostname: 'host.example.com', tls: false };

/** A configuration that is one text, or several files by their absolute names. */
export function sourceOf(text: string | Readonly<Record<string, string>>): ConfSource {
  const files = typeof text === 'string' ? { '/etc/keepalived/keepalived.conf': text } : text;
  return {
    main: Object.keys(files)[0] ?? '',
    read: (pattern, from) => {
      const name = pattern.startsWith('/') ? pattern : `${from.slice(0, from.lastIndexOf('/'))}/${pattern}`;
      const matches = new RegExp(`^${name.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
      return Object.entries(files)
        .filter(([file]) => matches.test(file))
        .map(([file, content]): ConfFile => ({ name: file, text: content }));
    },
  };
}

export function read(text: string | Readonly<Record<string, string>>, env: Partial<ConfEnv> = {}): ReadConf {
  return readConf(sourceOf(text), { ...ENV, ...env });
}

/** `LINE:COLUMN severity text`, one for each diagnostic. */
export function said({ diagnostics }: ReadConf): readonly string[] {
  return diagnostics.map(({ position, severity, text }) => `${position.line}:${position.column} ${severity} ${text}`);
}
