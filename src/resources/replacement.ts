import { type Command, lines, sh } from '../remote/command.ts';
import { folderOf, requireGuard } from './guarded-path.ts';

/**
 * A file is replaced by a new one written beside it: `beginReplacement`, commands that fill and validate `FRESH`, and
 * `finishReplacement`. A reader sees the old file or the new one, even after a power failure.
 */

/** The path of the new file in the steps of a replacement. */
export const FRESH = sh`"$fresh"`;

/**
 * Creates the new file, empty and mode 0600. mktemp uses O_EXCL, which the shell's own
 * noclobber does not for a link to a device or FIFO. Files of interrupted runs are removed.
 */
export function beginReplacement(path: string): Command {
  const folder = folderOf(path);
  const name = path.lastIndexOf('/') + 1;
  const beside = `${path.slice(0, name)}.${path.slice(name)}.lvsctl-`;
  return lines([
    requireGuard([path]),
    sh`[ ! -d ${path} ] || [ -L ${path} ] || { printf '%s\\n' ${`${path} is a directory, not a file`} >&2; exit 1; }
[ -d ${folder} ] || (umask 022; mkdir -p ${folder}) || exit 1
for old in ${beside}??????; do [ ! -f "$old" ] || rm -f "$old"; done
fresh=$(mktemp ${`${beside}XXXXXX`}) || { ${notWritten(path)}; exit 1; }`,
  ]);
}

/** Removes the new file and fails with `message`. */
export function refuseReplacement(message: string): Command {
  return sh`{ rm -f "$fresh"; printf '%s\\n' ${message} >&2; exit 1; }`;
}

/** The same for failures that are most likely due to a full disk. */
export function failReplacement(path: string): Command {
  return sh`{ ${notWritten(path)}; rm -f "$fresh"; exit 1; }`;
}

/** Sets the mode and syncs the file: without the sync, a full disk may only show after the move. */
export function settleReplacement(path: string, mode: string): Command {
  return sh`chmod ${mode} "$fresh" && dd if=/dev/null of="$fresh" conv=notrunc,fsync 2>/dev/null || ${failReplacement(path)}`;
}

/**
 * Moves the new file into place, replacing a link. A link to a directory is removed first, because mv follows it. The file
 * has the context of its folder until SELinux's policy is asked for that of its path; a file system may have none.
 */
export function finishReplacement(path: string): Command {
  return sh`[ ! -d ${path} ] || rm -f ${path}
mv -f "$fresh" ${path} || ${refuseReplacement(`${path} could not be replaced`)}
! command -v selinuxenabled >/dev/null || ! selinuxenabled || restorecon -F ${path} || :
sync ${folderOf(path)} 2>/dev/null || sync`;
}

/** dash reports a full disk as an I/O error, so df shows the usage. */
function notWritten(path: string): Command {
  return sh`df -P ${folderOf(path)} | { read -r header; read -r from size used left share place; printf '%s: %s is %s full\\n' ${`the new ${path} cannot be written`} "$place" "$share"; } >&2`;
}
