import { type Command, sh } from '../remote/command.ts';
import type { Refusal } from './resource.ts';

/**
 * Root reads and writes only paths that no other user can redirect. A path is guarded when every folder on it belongs to
 * root and only root can write to it: then no name on it can be replaced between a check and its use. A sticky folder
 * such as /tmp may be passed through, but holds neither the file nor a symbolic link that the path follows. Links in
 * folders of root, such as /lib on a merged /usr, are followed. See docs/decisions/files-as-root.md.
 */

/**
 * A shell function: for each argument, the absolute path of a file that need not exist, it prints a line
 * `!PATH<tab>REASON` unless the path is guarded. One stat looks at all folders. It fails closed: without an answer of
 * stat every path is refused. `-O` accepts folders of the user who runs it, who is root on a host. Members of Debian's
 * group staff are root's equals: they may write to root's PATH (Debian Policy 9.1.2).
 */
const UNGUARDED = sh`unguarded() {
[ $# -gt 0 ] || return 0
count=$#
for path; do
set -- "$@" /
at= rest=$\{path%/*} links=0
while [ -n "$rest" ]; do
part=$\{rest%%/*}
case $rest in */*) rest=$\{rest#*/} ;; *) rest= ;; esac
case $part in
'' | .) continue ;;
..) at=$\{at%/*}; set -- "$@" "$\{at:-/}"; continue ;;
esac
if [ -L "$at/$part" ]; then
links=$((links + 1))
[ $links -le 40 ] || break
set -- "$@" "$at/$part"
target=$(readlink "$at/$part")
case $target in /*) at=; set -- "$@" / ;; esac
rest=$target/$rest
elif [ -e "$at/$part" ]; then
at=$at/$part
set -- "$@" "$at"
else
break
fi
done
set -- "$@" /.
done
seen=$(shift $count; stat -c '%A %u %U %G %n' -- "$@")
reason= shared=
while read -r mode uid user group name; do
if [ "$name" = /. ]; then
reason=$\{reason:-$shared}
[ -z "$reason" ] || printf '!%s\\t%s\\n' "$1" "$reason"
shift
count=$((count - 1)) reason= shared=
continue
fi
found=
case $mode:$group in
l*) [ -z "$shared" ] || found="$name is a symbolic link, and $shared" ;;
d???????w?:*) found="$name is writable by everyone" ;;
d????w????:root | d????w????:staff) ;;
d????w????:*) found="$name is writable by group $group" ;;
d*) ;;
*) found="$name is not a directory" ;;
esac
case $mode in
d????????[tT]) shared=$found found= ;;
d*) shared= ;;
esac
case $mode in
d*) [ "$uid" = 0 ] || [ -O "$name" ] || found="$name is owned by $user" ;;
esac
reason=$\{reason:-$found}
done <<SEEN
$seen
SEEN
while [ $count -gt 0 ]; do
printf '!%s\\t%s\\n' "$1" 'stat cannot examine the folders on its path'
shift
count=$((count - 1))
done
}`;

/**
 * A probe of files: runs `body` for each path in `$f` that is guarded, and prints a line for each other one, which
 * `parseUnguarded` reads.
 */
export function probeEach(paths: readonly string[], body: Command): Command {
  return sh`${probeGuard(paths)}
for f in ${paths}; do
case "\n$unguarded" in *"\n!$f\t"*) continue ;; esac
${body}
done`;
}

/** The same for the arguments of the shell, of which there may be none. It takes them away: `body` may set new ones. */
export function probeArguments(body: Command): Command {
  return sh`if [ $# -gt 0 ]; then
${UNGUARDED}
unguarded=$(unguarded "$@")
printf '%s\\n' "$unguarded"
for f; do
shift
case "\n$unguarded" in *"\n!$f\t"*) continue ;; esac
${body}
done
fi`;
}

/** For a probe: prints the lines of paths that are not guarded, and keeps them in the shell variable `unguarded`. */
export function probeGuard(paths: readonly string[]): Command {
  return sh`${UNGUARDED}
unguarded=$(unguarded ${paths})
printf '%s\\n' "$unguarded"`;
}

/** For a step: ends it with a message unless all paths are guarded. */
export function requireGuard(paths: readonly string[]): Command {
  return sh`${UNGUARDED}
unguarded=$(unguarded ${paths})
[ -z "$unguarded" ] || { printf '%s\\n' "$unguarded" | while IFS='\t' read -r path reason; do printf 'refused to use %s as root: %s\\n' "$\{path#!}" "$reason"; done >&2; exit 1; }`;
}

/** Why each path was refused, by path, as `probeGuard` printed it. */
export function parseUnguarded(output: string): ReadonlyMap<string, Refusal> {
  return new Map(
    [...output.matchAll(/^!([^\t\n]+)\t(.+)$/gm)].map(([, path = '', because = '']): [string, Refusal] => [
      path,
      { because, hint: HINT },
    ]),
  );
}

const HINT =
  'Root uses only paths that no other user can redirect. Make root the owner of each folder on the path and take write permission from others (chown root, chmod go-w), or name another path in the inventory.';

/** The folder that a file is in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
