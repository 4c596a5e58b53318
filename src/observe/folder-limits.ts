import { type Command, NOTHING, sh } from '../remote/command.ts';
import type { FolderLimits } from '../resources/resource.ts';
import { saneLines, wordsOf } from '../text/lines.ts';

/**
 * For each folder the one that it is in, or that is to be above it, without symbolic links; `!` before those that root
 * cannot write to, as far as the shell can say: busybox only knows modes, dash knows mounts and immutable folders. Then
 * mounts, but for those that containers and the kernel make by the hundred. One process.
 */
export function foldersProbe(folders: readonly string[]): Command {
  if (folders.length === 0) return NOTHING;
  return sh`for f in ${folders}; do
d=$f
while [ -n "$d" ] && [ ! -d "$d" ]; do d=$\{d%/*}; done
cd -P "$\{d:-/}" || continue
m=+
[ -w . ] || m='!'
printf '%s%s\\t%s\\n' "$m" "$f" "$PWD"
done
grep -s -v -E '^[^ ]+ /(proc|sys|dev|run|snap|var/lib/(docker|containers|containerd|kubelet|lxc|lxcfs))[/ ]' /proc/self/mounts`;
}

interface Mount {
  readonly at: string;
  readonly options: readonly string[];
}

/** Parses the output of the probe; ignores other lines. */
export function parseFolders(output: string): FolderLimits {
  const lines = saneLines(output);
  const mounts = lines.flatMap((line): readonly Mount[] => {
    const [, at, , options, ...rest] = wordsOf(line);
    return at?.startsWith('/') === true && rest.length === 2 ? [{ at, options: options?.split(',') ?? [] }] : [];
  });
  const folders = lines.flatMap((line) => {
    const [, mark, folder, real] = /^([!+])(\/[^\t]*)\t(\/[^\t]*)$/.exec(line) ?? [];
    if (folder === undefined || real === undefined) return [];
    return [{ folder, unwritable: mark === '!', options: mountOf(mounts, real)?.options ?? [] }];
  });
  const having = (option: string) => folders.filter(({ options }) => options.includes(option));
  return {
    readOnly: new Set([...folders.filter(({ unwritable }) => unwritable), ...having('ro')].map(({ folder }) => folder)),
    noexec: new Set(having('noexec').map(({ folder }) => folder)),
  };
}

/** The longest mount point that the folder is in, and of several mounts on it the last one. */
function mountOf(mounts: readonly Mount[], folder: string): Mount | undefined {
  const path = folder === '/' ? '/' : `${folder}/`;
  const above = mounts.filter(({ at }) => path.startsWith(at === '/' ? '/' : `${at}/`));
  return above.toSorted((one, other) => one.at.length - other.at.length).at(-1);
}
