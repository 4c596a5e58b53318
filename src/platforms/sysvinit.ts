import { type Command, sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';
import { INIT_SCRIPT_OF, PROCESS_FUNCTIONS, unitOfInitScript } from './processes.ts';
import { SYSLOG_FILES, messagesInSyslog } from './syslog.ts';
import { shellJobs } from './shell-jobs.ts';

/** Seconds within which a started daemon must run. */
const PROOF_SECONDS = 5;

/** Seconds within which a stopped one must end. */
const STOP_SECONDS = 20;

/**
 * `initd NAME VERB` runs an init script as the boot does, with nothing of the caller's environment. `active NAME` asks
 * the script, or reads the pid file of one without `status`, such as Debian's of keepalived. `enabled NAME` examines
 * the links of the default runlevel in inittab(5). `settle NAME`
 * waits until it is active. `restart NAME` waits for the end of the old process, as Debian's script of keepalived does not.
 */
const FUNCTIONS = sh`${PROCESS_FUNCTIONS}
initd() {
(cd / && exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LC_ALL=C /etc/init.d/"$1" "$2" </dev/null)
}
has_verb() {
grep -Eq "(^|[^[:alnum:]_-])$2[[:space:]\\"']*[)|]" /etc/init.d/"$1"
}
active() {
if has_verb "$1" status; then initd "$1" status >/dev/null 2>&1; else main_pid "$1"; fi
}
enabled() {
level=
[ ! -r /etc/inittab ] || while IFS=: read -r id levels action process; do
[ "$action" != initdefault ] || level=$levels
done < /etc/inittab
for link in /etc/rc\${level:-[2345]}.d/S[0-9][0-9]"$1" /etc/init.d/rc\${level:-[2345]}.d/S[0-9][0-9]"$1"; do
[ -e "$link" ] && return 0
done
return 1
}
gone() {
left=${STOP_SECONDS}
while active "$1"; do
[ "$left" -gt 0 ] || { echo "$1 still runs after its stop" >&2; return 1; }
sleep 1
left=$((left - 1))
done
}
restart() {
initd "$1" stop || :
gone "$1"
initd "$1" start
settle "$1"
}
settle() {
left=${PROOF_SECONDS}
until active "$1"; do
[ "$left" -gt 0 ] || { echo "$1 does not run after its start; its last messages:"; tail -qn 500 ${SYSLOG_FILES} 2>/dev/null | grep -F "$1" | tail -n 12; return 1; } >&2
sleep 1
left=$((left - 1))
done
}`;

const withFunctions = (work: Command): Command => sh`${FUNCTIONS}
${work}`;

/** Scripts in /etc/init.d, which the init of System V, or Upstart on Red Hat 6, runs by the links of a runlevel. */
export const sysvinit: InitSystem = {
  id: 'sysvinit',
  title: 'sysvinit',
  proof: 'tools',

  detect: sh`{ [ -d /etc/init.d ] && read -r comm < /proc/1/comm && [ "$comm" = init ] && { command -v update-rc.d || command -v chkconfig; } >/dev/null; } 2>/dev/null`,

  show: (units) =>
    withFunctions(sh`for unit in ${units}; do
name=\${unit%.service}
printf 'Names=%s\\n' "$unit"
if [ -x "/etc/init.d/$name" ]; then
echo LoadState=loaded
if active "$name"; then echo ActiveState=active; else echo ActiveState=inactive; fi
if enabled "$name"; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi
else
echo LoadState=not-found
fi
echo
done`),

  enable: (unit) => sh`if command -v update-rc.d >/dev/null; then
update-rc.d ${nameOf(unit)} defaults && update-rc.d ${nameOf(unit)} enable
else
chkconfig --add ${nameOf(unit)} && chkconfig ${nameOf(unit)} on
fi`,

  disable: (unit) =>
    withFunctions(sh`initd ${nameOf(unit)} stop || :
if command -v update-rc.d >/dev/null; then update-rc.d ${nameOf(unit)} disable; else chkconfig ${nameOf(unit)} off; fi
gone ${nameOf(unit)}`),

  // A package installed in this run may have started it with the old files.
  start: (unit, anew) => withFunctions(begin(unit, anew ? sh`restart ${nameOf(unit)}` : reload(unit))),

  reload: (unit) => withFunctions(begin(unit, reload(unit))),

  restart: (unit) => withFunctions(sh`restart ${nameOf(unit)}`),

  reloadRunning: (unit) => withFunctions(sh`active ${nameOf(unit)} && initd ${nameOf(unit)} reload`),

  // Scripts wait for the daemon to exit, which would block the caller's lock.
  requestStop: (unit) =>
    withFunctions(sh`{ exec 8>&- 9>&-; initd ${nameOf(unit)} stop; } </dev/null >/dev/null 2>&1 &`),

  // No service stops with another.
  listStopped: (unit) =>
    withFunctions(sh`active ${nameOf(unit)} || refuse ${`${nameOf(unit)} is not running.`}
enabled ${nameOf(unit)} || refuse ${`${nameOf(unit)} is not enabled: a reboot during the fault would leave it stopped. Enable it: update-rc.d ${nameOf(unit)} enable, or chkconfig ${nameOf(unit)} on.`}
units=${unit}`),

  startAll: withFunctions(
    sh`for unit in $units; do active "\${unit%.service}" || initd "\${unit%.service}" start; done`,
  ),

  requireActive: withFunctions(sh`for unit in $units; do
active "\${unit%.service}" || missing "\${unit%.service} does not run, see: /etc/init.d/\${unit%.service} status" || return
done`),

  messages: (_unit, program, pattern, most) => messagesInSyslog(program, pattern, most),

  kill: (unit) => withFunctions(sh`signal ${nameOf(unit)} KILL`),
  freeze: (unit) => withFunctions(sh`signal ${nameOf(unit)} STOP`),
  thaw: (unit) => withFunctions(sh`signal ${nameOf(unit)} CONT`),

  membership: INIT_SCRIPT_OF,
  unitOf: unitOfInitScript,

  jobs: shellJobs,

  unitFiles: {
    folder: '/etc/init.d/',
    file: nameOf,
    mode: 0o755,
    afterwards: undefined,
    templates: { script: () => 'sysvinit/script', agent: () => 'sysvinit/agent' },
  },
};

/** `nginx.service` has the script `nginx`. */
function nameOf(unit: string): string {
  return unit.replace(/\.service$/, '');
}

/** @param again what is done with a service that runs */
function begin(unit: string, again: Command): Command {
  return sh`if active ${nameOf(unit)}; then
${again}
else
initd ${nameOf(unit)} start
settle ${nameOf(unit)}
fi`;
}

/** A service that cannot reload is restarted. */
function reload(unit: string): Command {
  const name = nameOf(unit);
  return sh`if has_verb ${name} reload; then
initd ${name} reload
settle ${name}
else
restart ${name}
fi`;
}
