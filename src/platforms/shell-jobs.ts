import { type Command, lines, sh } from '../remote/command.ts';
import type { TransientJobs } from './init-system.ts';

/** One file per job, with the process ID of its session; a reboot ends both. */
const FOLDER = '/run/lvsctl/jobs';

/** Seconds between two tries of a program that fails. */
const PAUSE = 5;

/** Without descriptors of its creator, which may hold locks. */
const LOOP = `trap '' HUP
sleep "$1"
shift
until "$@"; do sleep ${PAUSE}; done
rm -f "${FOLDER}/$0"`;

/** Jobs of init systems that have no transient units: sessions of their own (setsid(1)), which no logout ends. */
export const shellJobs: TransientJobs = {
  program: 'setsid',
  run: (name, argv) => begin(name, 0, argv),
  runLater: begin,
  cancel: (names) =>
    sh`${ENDS_JOB}
${lines(names.map((name) => sh`for job in ${FOLDER}/${withStar(name)}; do end_job "$job"; done`))}`,
  inspect: (name) => `cat ${FOLDER}/${name}, which has its process ID while it runs`,
};

function begin(name: string, seconds: number, argv: readonly string[]): Command {
  return sh`mkdir -p ${FOLDER} && {
setsid /bin/sh -c ${LOOP} ${name} ${seconds} ${argv} </dev/null >/dev/null 2>&1 8>&- 9>&- &
echo $! > ${`${FOLDER}/${name}`}
}`;
}

/** The name of a job is a word of its command, so that a later process of the same ID is not taken for it. */
const ENDS_JOB = sh`end_job() {
[ -e "$1" ] || return 0
pid=
read -r pid < "$1" || :
case $(tr '\\0' ' ' 2>/dev/null < "/proc/$pid/cmdline") in *" \${1##*/} "*)
kill -TERM "-$pid"
left=50
while [ "$left" -gt 0 ] && kill -0 "-$pid"; do sleep 0.1; left=$((left - 1)); done
kill -KILL "-$pid" ;;
esac
rm -f "$1"
} 2>/dev/null`;

/** A star at the end is for any characters. */
function withStar(name: string): Command {
  return name.endsWith('*') ? sh`${name.slice(0, -1)}*` : sh`${name}`;
}
