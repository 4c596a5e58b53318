import { type Command, sh } from '../remote/command.ts';
import { folderOf, requireGuard } from '../resources/guarded-path.ts';

/** Where a host keeps backups of the files that each run replaced. */
export const GENERATIONS = '/var/lib/lvsctl/generations';

/** Number of generations that a host keeps: some weeks of changes, in a few hundred kilobytes at most. */
export const KEPT_GENERATIONS = 10;

/** Names of generations: `2026-01-02T03-04-05-678Z`. Nothing else in the directory is ever removed. */
const NAMES = sh`[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]-[0-9][0-9]-[0-9][0-9]-[0-9][0-9][0-9]Z`;

/**
 * Copies files to the generation of this run, without following links, and removes the oldest generations. No file may be
 * replaced without a copy, so a failure ends the script.
 * @param generation sortable by time
 * @param all the folder of all generations
 */
export function keepFiles(paths: readonly string[], generation: string, all = GENERATIONS): Command {
  const folder = `${all}/${generation}`;
  const copies = paths
    .map((path) => sh`mkdir -p ${folder + folderOf(path)} && cp -pP ${path} ${folder + path}`)
    .reduce((before, copy) => sh`${before} &&\n${copy}`);
  return sh`(
${requireGuard([...paths, `${folder}/file`])}
umask 077
${copies}
) || { printf '%s\\n' ${`cannot back up files to ${folder}`}; exit 1; }
${removeOldGenerations(generation, all)}`;
}

/** A glob lists names in order of time. This run's own name may not be the last, if the clock was set back. */
function removeOldGenerations(generation: string, all: string): Command {
  return sh`(
set --
for old in ${all}/${NAMES}; do
[ -d "$old" ] && [ ! -L "$old" ] && [ "$old" != ${`${all}/${generation}`} ] && set -- "$@" "$old"
done
while [ $# -ge ${KEPT_GENERATIONS} ]; do rm -rf "$1"; shift; done
)`;
}
