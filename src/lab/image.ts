import { run } from '../toolbox/run.ts';

/** Free space of a read-only image: only what the file system itself needs. */
const SPARE_MEGABYTES = 48;

/** Makes a read-only ext4 image of a folder. Owners and modes are kept; nothing is mounted for it. */
export async function makeImage(folder: string, target: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await run('du', ['--summarize', '--block-size=1M', folder], { signal });
  const used = Number.parseInt(stdout, 10);
  const size = `${String(Math.ceil(used * 1.1) + SPARE_MEGABYTES)}M`;
  await run('mke2fs', ['-q', '-t', 'ext4', '-m', '0', '-O', '^has_journal', '-d', folder, target, size], { signal });
}
