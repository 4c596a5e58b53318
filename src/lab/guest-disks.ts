import path from 'node:path';
import { cached } from '../toolbox/cache.ts';
import type { GuestDisks } from './guest.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import type { HostIngredients } from './ingredients.ts';
import { run } from '../toolbox/run.ts';

/** Free space in an image that nobody writes to: only what the file system needs for itself. */
const SPARE_MEGABYTES = 48;

/** The images of root, packages and modules; the kernel's folder has its modules in `modules/VERSION`. */
export async function guestDisks(
  { cache, signal }: BuildContext,
  { base, packages }: HostIngredients,
  kernel: string,
): Promise<Omit<GuestDisks, 'seed'>> {
  const [root, packagesDisk, modules] = await Promise.all([
    diskImage(cache, base, '.', signal),
    diskImage(cache, packages, '.', signal),
    diskImage(cache, kernel, 'modules', signal),
  ]);
  return { root, packages: packagesDisk, modules };
}

/** A cached read-only ext4 image of a folder. Owners and modes are kept; nothing is mounted for it. */
function diskImage(cache: string, folder: string, inside: string, signal: AbortSignal): Promise<string> {
  const name = `${path.basename(folder)}.ext4`;
  return cached(cache, name, async (target) => {
    const source = path.join(folder, inside);
    const { stdout } = await run('du', ['--summarize', '--block-size=1M', source], { signal });
    const used = Number.parseInt(stdout, 10);
    const size = `${String(Math.ceil(used * 1.1) + SPARE_MEGABYTES)}M`;
    await run('mke2fs', ['-q', '-t', 'ext4', '-m', '0', '-O', '^has_journal', '-d', source, target, size], { signal });
  });
}
