import { type Command, lines, sh } from '../remote/command.ts';
import { folderOf, requireGuard } from './guarded-path.ts';

/**
 * A file is replaced by a new one that is written beside it: `beginReplacement`, commands that fill and try `FRESH`, and
 * `finishReplacement`. A reader sees the old file or the new one, after a power failure too.
 */

/** The new file, in the steps of a replacement. */
export const FRESH = sh`"$fresh"`;

/**
 * Makes the new file, empty and open to root alone. mktemp creates it exclusively (O_EXCL), which the shell's own
 * noclobber does not do where a link to a device or a FIFO is in place. What an interrupted run left is removed.
 */
export function beginReplacement(path: string): Command {
  const folder = folderOf(path);
  const beside = path.replace(/[^/]*$/, (name) => `.${name}.lvsctl-`);
  return lines([
    requireGuard([path]),
    sh`[ ! -d ${path} ] || [ -L ${path} ] || { printf '%s\\n' ${`${path} is a directory, and a file must be there`} >&2; exit 1; }
[ -d ${folder} ] || (umask 022; mkdir -p ${folder}) || exit 1
for old in ${beside}??????; do [ ! -f "$old" ] || rm -f "$old"; done
fresh=$(mktemp ${`${beside}XXXXXX`}) || { ${notWritten(path)}; exit 1; }`,
  ]);
}

/** Refuses the new file: it is removed, and `message` is the last word. */
export function refuseReplacement(message: string): Command {
  return sh`{ rm -f "$fresh"; printf '%s\\n' ${message} >&2; exit 1; }`;
}

/** The same where a full disk is the most likely cause. */
export function failReplacement(path: string): Command {
  return sh`{ ${notWritten(path)}; rm -f "$fresh"; exit 1; }`;
}

/** Gives the new file its mode and has the disk keep it; any earlier, and a full disk may only show after the move. */
export function settleReplacement(path: string, mode: string): Command {
  return sh`chmod ${mode} "$fresh" && dd if=/dev/null of="$fresh" conv=notrunc,fsync 2>/dev/null || ${failReplacement(path)}`;
}

/** Moves the new file into place. A link there is replaced; one to a directory first, or mv would follow it. */
export function finishReplacement(path: string): Command {
  return sh`[ ! -d ${path} ] || rm -f ${path}
mv -f "$fresh" ${path} || ${refuseReplacement(`${path} could not be replaced`)}
sync ${folderOf(path)} 2>/dev/null || sync`;
}

/** dash calls a full disk an I/O error, so the file system is asked how full it is. */
function notWritten(path: string): Command {
  return sh`df -P ${folderOf(path)} | { read -r header; read -r from size used left share place; printf '%s: %s is %s full\\n' ${`the new ${path} cannot be written`} "$place" "$share"; } >&2`;
}
