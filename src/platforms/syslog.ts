import { type Command, sh } from '../remote/command.ts';

/** Where distributions have syslog(3) write messages of daemons. */
export const SYSLOG_FILES: readonly string[] = ['/var/log/syslog', '/var/log/messages', '/var/log/daemon.log'];

/** Bytes at the end of each file that are searched. */
const SEARCHED = 4_000_000;

/** A message has the process ID, and only those of running processes count: the files are older than the boot. */
export function messagesInSyslog(program: string, pattern: string, most: number): Command {
  return sh`for log in ${SYSLOG_FILES}; do
[ ! -r "$log" ] || tail -c ${SEARCHED} "$log"
done | grep -E ${`${program}\\[[0-9]+\\]: .*(${pattern})`} | sed ${`s/.*${program}\\[\\([0-9]*\\)\\]: /\\1 /`} | while read -r pid message; do
[ ! -d "/proc/$pid" ] || printf '%s\\n' "$message"
done | tail -n ${most} | sed -n '1!G;h;$p'`;
}
