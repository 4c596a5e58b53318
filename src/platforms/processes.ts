import { sh } from '../remote/command.ts';

/**
 * Shell functions that find the processes of a service where no control group holds them. `main_pid NAME` sets `pid`
 * to the process in its pid file, and fails unless that runs and is called like the service. `family PID` prints it and
 * its descendants. `signal NAME SIGNAL` sends a signal to all of them. `has_program NAME` fails for the script of a removed
 * package, whose verbs all succeed: its DAEMON is no program.
 */
export const PROCESS_FUNCTIONS = sh`main_pid() {
for file in /run/"$1".pid /run/"$1"/"$1".pid /var/run/"$1".pid /var/run/"$1"/"$1".pid; do
pid= comm= line=
[ ! -r "$file" ] || read -r pid < "$file" || :
case $pid in '' | *[!0-9]*) continue ;; esac
[ -r "/proc/$pid/stat" ] && read -r comm < "/proc/$pid/comm" && read -r line < "/proc/$pid/stat" || continue
case $line in *') Z '*) continue ;; esac
case $1 in "$comm"*) return 0 ;; esac
case $comm in "$1"*) return 0 ;; esac
done
pid=
return 1
} 2>/dev/null
family() {
all=" $1 " before=
while [ "$all" != "$before" ]; do
before=$all
for stat in /proc/[0-9]*/stat; do
read -r line < "$stat" || continue
child=\${line%% *} parent=\${line##*') '}
parent=\${parent#? }
parent=\${parent%% *}
case $all in *" $child "*) ;; *" $parent "*) all="$all$child " ;; esac
done
done
echo $all
} 2>/dev/null
signal() {
main_pid "$1" || return 1
# A child may have ended meanwhile.
kill -s "$2" $(family "$pid") 2>/dev/null || :
}
has_program() {
line=$(grep -m 1 '^DAEMON=/' /etc/init.d/"$1") || return 0
line=\${line#DAEMON=}
line=\${line%%[[:space:]]*}
case $line in *'$'*) ;; *) [ -x "$line" ] ;; esac
}`;

/** Prints `initscript NAME` for the process `$pid` when a script is called like its program. */
export const INIT_SCRIPT_OF = sh`read -r comm < "/proc/$pid/comm" && [ -x "/etc/init.d/$comm" ] && echo "initscript $comm"`;

export function unitOfInitScript(line: string): string | undefined {
  const [, name] = /^initscript ([\w.@-]+)$/.exec(line) ?? [];
  return name === undefined ? undefined : `${name}.service`;
}
