import { type Command, sh } from '../remote/command.ts';

/** Seconds to wait for another installation. */
export const LOCK_SECONDS = 300;

const WAITING = 'Waiting for another installation:';

/** Whether a line reports that one of these commands waits. */
export function isWaitingForLock(line: string): boolean {
  return line.startsWith(WAITING);
}

/** Waits while one of the files names a running process, and fails after `LOCK_SECONDS`. */
export function waitForPidFiles(files: readonly string[]): Command {
  return waitWhile(
    sh`${files}`,
    sh`pid=
[ ! -r "$1" ] || read -r pid < "$1" || :
[ -n "$pid" ] && [ -d "/proc/$pid" ] || return 1
who="process $pid ($(cat "/proc/$pid/comm"))"`,
  );
}

/** The same while a process has locked the file for writing (proc_locks(5)). @param file one word of shell */
export function waitForLock(file: Command): Command {
  return waitWhile(
    file,
    sh`who=
[ -e "$1" ] && inode=$(stat -c %i "$1") || return 1
while read -r number kind mode access pid place range; do
case $access:$place in WRITE:*:"$inode") who="process $pid ($(cat "/proc/$pid/comm"))" ;; esac
done < /proc/locks
[ -n "$who" ]`,
  );
}

/** The same while the file exists; it names no process. */
export function waitForFile(file: string): Command {
  return waitWhile(
    sh`${file}`,
    sh`[ -e "$1" ] || return 1
who='another program'`,
  );
}

/** @param held sets `who` and succeeds while the lock in `$1` is held */
function waitWhile(locks: Command, held: Command): Command {
  return sh`held() {
${held}
} 2>/dev/null
left=${LOCK_SECONDS} seen=
for lock in ${locks}; do
while held "$lock"; do
[ "$who" = "$seen" ] || printf '%s %s holds %s\\n' ${WAITING} "$who" "$lock"
[ "$left" -gt 0 ] || { printf 'error: %s still holds %s after %s s\\n' "$who" "$lock" ${LOCK_SECONDS}; exit 1; }
seen=$who
sleep 1
left=$((left - 1))
done
done`;
}
