import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { readDebianSources, sourceLine } from '../../src/toolbox/apt-sources.ts';
import { cacheName, cached } from '../../src/toolbox/cache.ts';
import { openPrivateApt } from '../../src/toolbox/private-apt.ts';
import { run } from '../../src/toolbox/run.ts';

/** A keepalived that is not installed: the words of a command that runs it with libraries of its own release of Debian. */
export interface Keepalived {
  readonly version: string;
  readonly command: readonly string[];
}

/** The releases of Debian that have one each. */
export const SUITES = ['bookworm', 'trixie', 'sid'] as const;

const CACHE = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'lvsctl', 'test');

/** From 2.3 on it reads the options of its build from a file below /etc/keepalived. */
const WITH_OPTIONS = 'mount --bind "$1" /etc/keepalived && shift && exec "$@"';

/** The keepalived of a release, from the archive that this machine's apt uses; unpacked once into the cache. */
export async function keepalivedOf(suite: string, signal: AbortSignal): Promise<Keepalived> {
  const { archive } = await readDebianSources({ cache: CACHE, install: false, report: () => undefined, signal });
  const folder = await cached(CACHE, cacheName(`keepalived-${suite}`, [suite, archive]), async (target) => {
    const work = `${target}.apt`;
    try {
      const { apt, archives } = await openPrivateApt(work, [sourceLine(archive, suite)], signal);
      await apt('apt-get', ['install', '-qq', '-y', '--download-only', 'keepalived']);
      await mkdir(target, { recursive: true });
      for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
        await run('dpkg-deb', ['-x', path.join(archives, file), target], { signal });
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  const inside = (...names: readonly string[]) => names.map((name) => path.join(folder, name)).filter(existsSync);
  const [loader = ''] = inside('lib64/ld-linux-x86-64.so.2', 'usr/lib64/ld-linux-x86-64.so.2');
  const libraries = inside('lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu').join(':');
  const program = [loader, '--library-path', libraries, ...inside('usr/sbin/keepalived', 'sbin/keepalived')];
  const command = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    WITH_OPTIONS,
    'sh',
    path.join(folder, 'etc/keepalived'),
    ...program,
  ];
  const [first = '', ...words] = command;
  const { stderr, stdout } = await run(first, [...words, '--version'], { signal });
  return { version: /v(\d+\.\d+\.\d+)/.exec(stderr + stdout)?.[1] ?? '', command };
}
