import { type Command, sh } from '../remote/command.ts';
import { folderOf, requireGuard } from '../resources/guarded-path.ts';

/** Where a host keeps the files as they were before each run that replaced them. */
export const GENERATIONS = '/var/lib/lvsctl/generations';

/** A host keeps this many generations: some weeks of changes, and no more than a few hundred kilobytes. */
export const KEPT_GENERATIONS = 10;

/** How the generations of runs are named: `2026-01-02T03-04-05-678Z`. Nothing else in the folder is ever removed. */
const NAMES = sh`[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]-[0-9][0-9]-[0-9][0-9]-[0-9][0-9][0-9]Z`;

/**
 * Copies files to the generation of this run, a link as the link it is, and removes the oldest generations. Without its
 * copy no file may be replaced, so a failure ends the script.
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
) || { printf '%s\\n' ${`cannot keep the former files in ${folder}`}; exit 1; }
${removeOldGenerations(generation, all)}`;
}

/** A glob lists names in the order of time, but after the clock was set back this run's own may be an early one. */
function removeOldGenerations(generation: string, all: string): Command {
  return sh`(
set --
for old in ${all}/${NAMES}; do
[ -d "$old" ] && [ ! -L "$old" ] && [ "$old" != ${`${all}/${generation}`} ] && set -- "$@" "$old"
done
while [ $# -ge ${KEPT_GENERATIONS} ]; do rm -rf "$1"; shift; done
)`;
}
