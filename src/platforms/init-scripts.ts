import { type Command, sh } from '../remote/command.ts';
import type { InitSystem, UnitFiles } from './init-system.ts';
import { INIT_SCRIPT_OF, PROCESS_FUNCTIONS, unitOfInitScript } from './processes.ts';
import type { Proof } from './proof.ts';
import { shellJobs } from './shell-jobs.ts';
import { SYSLOG_FILES, messagesInSyslog } from './syslog.ts';

/** An init system whose services are scripts with verbs: what differs from others of the kind. */
export interface ScriptInit {
  readonly id: string;
  readonly title: string;
  readonly proof: Proof;
  /** Which have it, as docs say it. */
  readonly distributions: string;
  readonly detect: Command;
  /**
   * Shell functions of a service by name, without `.service`: `exists`, `reloads` (whether it can), `active`, `enabled`
   * (at boot), and `initd NAME VERB`, which must not pass on descriptors 8 and 9, as these hold
   * locks. They may use those of `processes.ts`.
   */
  readonly functions: Command;
  enable(name: string): Command;
  /** Removes it from the boot; it is stopped already. */
  disable(name: string): Command;
  /** How a person enables it. */
  enableHint(name: string): string;
  /** As `InitSystem.membership`; by default, the script in /etc/init.d that is called like the program. */
  readonly membership?: Command;
  readonly unitFiles: UnitFiles;
}

/** Seconds within which a started service must run. */
const PROOF_SECONDS = 5;

/** Seconds within which a stopped one must end. */
const STOP_SECONDS = 20;

/**
 * `settle NAME` waits until a service is active, `gone NAME` until it is not. `restart NAME` waits for the end of the old
 * process, as Debian's script of keepalived does not.
 */
const FUNCTIONS = sh`gone() {
left=${STOP_SECONDS}
while active "$1"; do
[ "$left" -gt 0 ] || { echo "$1 still runs after its stop" >&2; return 1; }
sleep 1
left=$((left - 1))
done
}
settle() {
left=${PROOF_SECONDS}
until active "$1"; do
[ "$left" -gt 0 ] || { echo "$1 does not run after its start; its last messages:"; tail -qn 500 ${SYSLOG_FILES} 2>/dev/null | grep -F "$1" | tail -n 12; return 1; } >&2
sleep 1
left=$((left - 1))
done
}
restart() {
initd "$1" stop || :
gone "$1"
initd "$1" start
settle "$1"
}`;

/** The commands of an init system of this kind. */
export function scriptInit(own: ScriptInit): InitSystem {
  const functions = sh`${PROCESS_FUNCTIONS}
${own.functions}
${FUNCTIONS}`;
  const using = (work: Command): Command => sh`${functions}
${work}`;
  const stop = (unit: string): Command => sh`initd ${nameOf(unit)} stop || :
gone ${nameOf(unit)}`;
  const disableAtBoot = (unit: string): Command => sh`! enabled ${nameOf(unit)} || { ${own.disable(nameOf(unit))}; }`;
  return {
    id: own.id,
    title: own.title,
    proof: own.proof,
    distributions: own.distributions,
    detect: own.detect,

    show: (units) =>
      using(sh`for unit in ${units}; do
name=\${unit%.service}
printf 'Names=%s\\n' "$unit"
if exists "$name"; then
echo LoadState=loaded
if active "$name"; then echo ActiveState=active; else echo ActiveState=inactive; fi
if enabled "$name"; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi
else
echo LoadState=not-found
fi
echo
done`),

    enable: (unit) => using(sh`enabled ${nameOf(unit)} || { ${own.enable(nameOf(unit))}; }`),

    disable: (unit) =>
      using(sh`${stop(unit)}
${disableAtBoot(unit)}`),
    stop: (unit) => using(stop(unit)),
    disableAtBoot: (unit) => using(disableAtBoot(unit)),

    // A package installed in this run may have started it with the old files.
    start: (unit, anew) => using(begin(unit, anew ? sh`restart ${nameOf(unit)}` : reload(unit))),

    reload: (unit) => using(begin(unit, reload(unit))),
    restart: (unit) => using(sh`restart ${nameOf(unit)}`),
    reloadRunning: (unit) => using(sh`active ${nameOf(unit)} && initd ${nameOf(unit)} reload`),

    // Scripts wait for the daemon to exit, which would block the caller's lock.
    requestStop: (unit) => using(sh`{ exec 8>&- 9>&-; initd ${nameOf(unit)} stop; } </dev/null >/dev/null 2>&1 &`),

    // No service stops with another.
    listStopped: (unit) =>
      using(sh`active ${nameOf(unit)} || refuse ${`${nameOf(unit)} is not running.`}
enabled ${nameOf(unit)} || refuse ${`${nameOf(unit)} is not enabled: a reboot during the fault would leave it stopped. Enable it: ${own.enableHint(nameOf(unit))}`}
units=${unit}`),

    startAll: using(sh`for unit in $units; do active "\${unit%.service}" || initd "\${unit%.service}" start; done`),

    requireActive: using(sh`for unit in $units; do
active "\${unit%.service}" || missing "\${unit%.service} does not run" || return
done`),

    messages: (_unit, program, pattern, most) => messagesInSyslog(program, pattern, most),

    kill: (unit) => using(sh`signal ${nameOf(unit)} KILL`),
    freeze: (unit) => using(sh`signal ${nameOf(unit)} STOP`),
    thaw: (unit) => using(sh`signal ${nameOf(unit)} CONT`),

    membership: own.membership ?? INIT_SCRIPT_OF,
    unitOf: unitOfInitScript,

    jobs: shellJobs,
    unitFiles: own.unitFiles,
  };
}

/** `nginx.service` has the script `nginx`. */
export function nameOf(unit: string): string {
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
  return sh`if reloads ${name}; then
initd ${name} reload
settle ${name}
else
restart ${name}
fi`;
}
