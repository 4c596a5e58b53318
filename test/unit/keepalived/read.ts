import { type ReadConf, readConf } from '../../../src/keepalived/read-conf.ts';
import type { ConfEnv, ConfFile } from '../../../src/keepalived/source.ts';

export const ENV: ConfEnv = { configId: undefined, hostname: 'host.example.com', tls: false };

/** Reads a configuration that is one text, or several files by their absolute names. */
export function read(text: string | Readonly<Record<string, string>>, env: Partial<ConfEnv> = {}): ReadConf {
  const files = typeof text === 'string' ? { '/etc/keepalived/keepalived.conf': text } : text;
  const main = Object.keys(files)[0] ?? '';
  return readConf(
    {
      main,
      read: (pattern, from) => {
        const name = pattern.startsWith('/') ? pattern : `${from.slice(0, from.lastIndexOf('/'))}/${pattern}`;
        const matches = new RegExp(`^${name.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
        return Object.entries(files)
          .filter(([file]) => matches.test(file))
          .map(([file, content]): ConfFile => ({ name: file, text: content }));
      },
    },
    { ...ENV, ...env },
  );
}

/** `LINE:COLUMN severity text`, one for each diagnostic. */
export function said({ diagnostics }: ReadConf): readonly string[] {
  return diagnostics.map(({ position, severity, text }) => `${position.line}:${position.column} ${severity} ${text}`);
}
