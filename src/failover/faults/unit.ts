import { type Command, sh } from '../../remote/command.ts';
import type { Fault } from '../fault.ts';
import { STATE_DIR } from '../state-folder.ts';

/** Seconds for which a unit must stay active to count as started: a daemon that rejects its configuration is active briefly. */
const PROOF_SECONDS = 1;

/** Stops a unit as an administrator would; its undo starts the unit and every unit that systemd stopped with it. */
export function stopUnit(name: string, unit: string): Pick<Fault, 'save' | 'inject' | 'undo' | 'verify' | 'functions'> {
  const saved = `${STATE_DIR}/${name}.saved-units`;
  return {
    functions: sh``,
    save: saveUnits(unit, saved),
    // Only queue the stop, so that the lock is not held until the daemon has exited.
    inject: sh`systemctl --no-block stop ${unit}`,
    // systemd refuses the sixth start within ten seconds unless the counter is reset.
    undo: sh`systemctl reset-failed $(cat ${saved}) 2>/dev/null
systemctl start $(cat ${saved})
sleep ${PROOF_SECONDS}`,
    verify: sh`units=$(cat ${saved}) && [ -n "$units" ] || { missing ${`${saved} cannot be read`}; return 1; }
for unit in $units; do
  systemctl is-active --quiet "$unit" || missing "$unit is $(systemctl is-active "$unit"), see: systemctl status $unit" || return
done`,
  };
}

/**
 * Saves the unit and the units that systemd stops with it. Refuses units that could not be started again, by the undo or,
 * because a reboot removes the saved state, at boot.
 */
function saveUnits(unit: string, saved: string): Command {
  return sh`values() { systemctl show "$@" | sed 's/^[^=]*=//' | tr '\\n' ' '; }
systemctl is-active --quiet ${unit} || refuse ${`${unit} is not active.`}
enabled=$(systemctl is-enabled ${unit} 2>/dev/null)
case $enabled in
  masked*) refuse ${`${unit} is masked and could not be started again. Unmask it: systemctl unmask ${unit}`} ;;
  enabled | alias | generated) wanted=yes ;;
  *-runtime | transient) enabled="only $enabled" wanted= ;;
  *) wanted=$(values -p WantedBy -p RequiredBy -p UpheldBy -p TriggeredBy ${unit} | tr -d ' ') ;;
esac
[ -n "$wanted" ] ||
  refuse ${unit}" is $\{enabled:-not enabled}: a reboot during the fault would leave it stopped. Enable it: systemctl enable "${unit}
[ "$(values -p RefuseManualStart -p RefuseManualStop ${unit})" = 'no no ' ] ||
  refuse ${`${unit} may not be stopped and started by hand (RefuseManualStart, RefuseManualStop).`}
units=${unit} new=${unit}
while [ -n "$new" ]; do
  next=
  for each in $new; do
    for dependent in $(values -p RequiredBy -p RequisiteOf -p BoundBy -p ConsistsOf "$each"); do
      case " $units " in *" $dependent "*) continue ;; esac
      systemctl is-active --quiet "$dependent" || continue
      case $dependent in *.scope | *.device | *.slice)
        refuse ${unit}" cannot be stopped alone: $dependent stops with it, and systemd cannot start that." ;;
      esac
      units="$units $dependent" next="$next $dependent"
    done
  done
  new=$next
done
keep ${saved} "$units"`;
}
