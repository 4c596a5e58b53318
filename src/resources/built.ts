import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { parseUnguarded, probeGuard, requireGuard } from './guarded-path.ts';
import type { Build, Field, Refusal, ResourceKind } from './resource.ts';
import { markPending } from './service.ts';

/** Where a host keeps what it builds and what was built for it; only root can enter it. */
export const SOURCE_FOLDER = '/var/lib/lvsctl/source';

/** Lists the files of each program that is on the host: `recipe TEXT`, `version TEXT`, `file MODE SHA256 PATH`. */
const LISTS = '/var/lib/lvsctl/built';

/** All that a built program may have on a host. */
export const BUILT_FOLDERS: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/local/share/man/man1',
  '/usr/local/share/man/man5',
  '/usr/local/share/man/man8',
];

/** A program built from source. */
export interface BuiltWant {
  readonly kind: 'built';
  readonly program: string;
  /** Undefined when the program is to be removed. */
  readonly build: Build | undefined;
  /** The unit to restart when it changes. */
  readonly runBy?: string;
}

export interface BuiltHave {
  readonly recipe: string;
  readonly version: string;
  /** Files that are missing or changed. */
  readonly damaged: readonly string[];
  readonly refusal?: Refusal;
}

/** characters of a recipe, and damaged files that are shown */
const LONGEST = 4000;
const MOST = 20;

/**
 * The files of a program that was built, unpacked from an archive whose list has their checksums. A file that is there
 * and on no list belongs to the user, and is not replaced.
 */
export const built: ResourceKind<BuiltWant, BuiltHave> = {
  kind: 'built',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.program,

  probe: (programs) =>
    programs.length === 0
      ? NOTHING
      : sh`for program in ${programs}; do
list=${LISTS}/"$program"
[ -f "$list" ] && [ ! -L "$list" ] || continue
printf '@%s\\n' "$program"
sed -n 's/^recipe /=/p; s/^version /#/p' "$list"
sed -n 's|^file [0-7]* \\([0-9a-f]*\\) |\\1  |p' "$list" | (cd / && sha256sum -c 2>/dev/null) | sed -n 's/^\\(.*\\): FAILED.*/-\\1/p'
done
[ ! -d ${LISTS} ] || {
${probeGuard([`${LISTS}/any`])}
}`,

  parse: (output) => {
    const found = new Map<string, BuiltHave>();
    const refusal = [...parseUnguarded(output).values()][0];
    let program = '';
    for (const line of saneLines(output)) {
      const rest = line.slice(1, LONGEST);
      if (line.startsWith('@')) program = rest;
      const have = found.get(program) ?? { recipe: '', version: '', damaged: [], ...(refusal && { refusal }) };
      if (line.startsWith('=')) found.set(program, { ...have, recipe: rest });
      else if (line.startsWith('#')) found.set(program, { ...have, version: rest.slice(0, 40) });
      else if (line.startsWith('-/') && have.damaged.length < MOST)
        found.set(program, { ...have, damaged: [...have.damaged, rest] });
      else if (line.startsWith('@')) found.set(program, have);
    }
    return found;
  },

  diff: ({ build }, have) => {
    if (build === undefined) {
      if (have === undefined) return undefined;
      return {
        action: 'remove',
        disruptive: false,
        fields: [{ name: 'version', before: have.version, after: undefined }],
      };
    }
    const fields = fieldsOf(build, have);
    if (fields.length === 0) return undefined;
    return { action: have === undefined ? 'create' : 'update', disruptive: false, fields };
  },

  refuse: (_want, have) => have?.refusal,

  build: ({ build }) => build,

  needs: () => [{ folder: '/usr/local/sbin', runs: true }],

  steps: ({ program, build, runBy }, diff) => [
    ...(runBy !== undefined && diff.action === 'update' ? [markPending(runBy, 'restart')] : []),
    build === undefined ? remove(program) : install(build),
  ],
};

function fieldsOf({ version, recipe, tarball, on }: Build, have: BuiltHave | undefined): readonly Field[] {
  const from = `${fileNameOf(tarball)}, on ${on}`;
  if (have === undefined)
    return [
      { name: 'version', before: undefined, after: version },
      { name: 'built from', before: undefined, after: from },
    ];
  if (have.recipe !== recipe) {
    const changed = have.version === version ? [] : [{ name: 'version', before: have.version, after: version }];
    return [...changed, { name: 'built from', before: have.recipe.slice(0, 200), after: recipe.slice(0, 200) }];
  }
  if (have.damaged.length === 0) return [];
  return [{ name: 'files', before: `changed or missing: ${have.damaged.join(', ')}`, after: 'as they were built' }];
}

/** The name of the file without its folder. */
export function fileNameOf({ path }: Pick<Build['tarball'], 'path'>): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The archive of a build on a host. */
export function treeOf({ name }: Pick<Build, 'name'>): string {
  return `${SOURCE_FOLDER}/trees/${name}.tar.gz`;
}

const GUARD = requireGuard([
  `${SOURCE_FOLDER}/trees/any`,
  `${LISTS}/any`,
  ...BUILT_FOLDERS.map((folder) => `${folder}/any`),
]);

/** Sets `mode`, `sum` and `path` for each file of a list, and runs `work` where the path is one that a program may have. */
function eachFile(list: Command, work: Command): Command {
  return sh`while read -r word mode sum path; do
[ "$word" = file ] || continue
case $path in *[!A-Za-z0-9._+/-]* | *..*) continue ;; esac
case $mode in 644 | 755) ;; *) continue ;; esac
case " "${BUILT_FOLDERS.join(' ')}" " in *" \${path%/*} "*) ;; *) continue ;; esac
${work}
done < ${list}`;
}

/** Nothing is placed before all files have their checksums and the program has run once. */
function install({ program, name, recipe }: Build): Command {
  const tree = treeOf({ name });
  const fresh = `${SOURCE_FOLDER}/.fresh-${program}`;
  const list = `${LISTS}/${program}`;
  const main = `${fresh}/usr/local/sbin/${program}`;
  return sh`(
${GUARD}
fail() { rm -rf ${fresh}; printf '%s\\n' "$1" >&2; exit 1; }
[ -f ${tree} ] || fail ${`${tree} is missing; run the command again, which sends it`}
umask 077
mkdir -p ${LISTS} && rm -rf ${fresh} && mkdir ${fresh} && tar -xzf ${tree} -C ${fresh} -o || fail 'the archive of the program cannot be unpacked: is the disk full?'
[ -f ${`${fresh}/list`} ] && [ ! -L ${`${fresh}/list`} ] && grep -qxF ${`recipe ${recipe}`} ${`${fresh}/list`} || fail 'the archive holds another program'
${eachFile(
  sh`${`${fresh}/list`}`,
  sh`[ -f ${fresh}"$path" ] && [ ! -L ${fresh}"$path" ] && [ "$(sha256sum < ${fresh}"$path")" = "$sum  -" ] || fail "the archive is damaged: $path"
[ ! -e "$path" ] || grep -q " $path\\$" ${list} 2>/dev/null || fail "$path is on this host and was not made by lvsctl; move it away"`,
)} || exit 1
chmod 755 ${main} && ${main} --version >/dev/null 2>&1 || { ldd ${main} 2>/dev/null | sed -n 's/=> not found/is missing on this host/p' >&2; fail ${`the built ${program} cannot run on this host and was not installed`}; }
${eachFile(
  sh`${`${fresh}/list`}`,
  sh`(umask 022; mkdir -p "\${path%/*}") && rm -f "$path.lvsctl" && cp ${fresh}"$path" "$path.lvsctl" && chmod "$mode" "$path.lvsctl" && mv -f "$path.lvsctl" "$path" || fail "$path cannot be written: is the disk full?"`,
)} || exit 1
[ ! -f ${list} ] || ${eachFile(sh`${list}`, sh`grep -q " $path\\$" ${`${fresh}/list`} || rm -f "$path"`)}
chown 0:0 ${`${fresh}/list`} && chmod 600 ${`${fresh}/list`} && mv -f ${`${fresh}/list`} ${list} || fail 'the list of files cannot be written'
rm -rf ${fresh}
for old in ${`${SOURCE_FOLDER}/trees/${program}-`}*; do [ "$old" = ${tree} ] || rm -f "$old"; done
sync
) || exit 1`;
}

/** Removes the files that are as they were built; one that was changed since stays. */
function remove(program: string): Command {
  const list = `${LISTS}/${program}`;
  return sh`(
${GUARD}
${eachFile(
  sh`${list}`,
  sh`[ -e "$path" ] || continue
if [ "$(sha256sum < "$path")" = "$sum  -" ]; then rm -f "$path"; else printf '%s\\n' "$path was changed since, and stays"; fi`,
)}
rm -f ${list} ${`${SOURCE_FOLDER}/trees/${program}-`}*
) || exit 1`;
}

/** Lines that make up the list of a build. */
export function listHead({ recipe, version }: Pick<Build, 'recipe' | 'version'>): Command {
  return lines([sh`printf 'recipe %s\\n' ${recipe}`, sh`printf 'version %s\\n' ${version}`]);
}
