import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ConfSource } from '../../../src/keepalived/source.ts';

/** A configuration from the disk; of glob(3) it knows `*` in the last part of a name. */
export function fileSource(main: string): ConfSource {
  return {
    main,
    read: (pattern, from) => {
      const name = path.resolve(path.dirname(from), pattern);
      return (name.includes('*') ? matches(name) : existsSync(name) ? [name] : []).map((file) =>
        (statSync(file).mode & 0o111) === 0
          ? { name: file, text: readFileSync(file, 'utf8') }
          : { name: file, why: 'it may be executed' },
      );
    },
  };
}

function matches(pattern: string): readonly string[] {
  const folder = path.dirname(pattern);
  const last = new RegExp(`^${path.basename(pattern).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => last.test(file))
    .sort()
    .map((file) => path.join(folder, file));
}
