import type { InitSystem } from '../../platforms/init-system.ts';
import { sh } from '../../remote/command.ts';
import type { Fault } from '../fault.ts';
import { STATE_DIR } from '../state-folder.ts';

/** Seconds for which a unit must stay active to count as started: a daemon that rejects its configuration is active briefly. */
const PROOF_SECONDS = 1;

/** Stops a unit as an administrator would; its undo starts the unit and every unit that stopped with it. */
export function stopUnit(
  name: string,
  unit: string,
  init: InitSystem,
): Pick<Fault, 'save' | 'inject' | 'undo' | 'verify' | 'functions' | 'init'> {
  const saved = `${STATE_DIR}/${name}.saved-units`;
  const readSaved = sh`units=$(cat ${saved}) && [ -n "$units" ] || { missing ${`${saved} cannot be read`}; return 1; }`;
  return {
    init,
    functions: sh``,
    save: sh`${init.listStopped(unit)}
keep ${saved} "$units"`,
    inject: init.requestStop(unit),
    undo: sh`${readSaved}
${init.startAll}
sleep ${PROOF_SECONDS}`,
    verify: sh`${readSaved}
${init.requireActive}`,
  };
}
