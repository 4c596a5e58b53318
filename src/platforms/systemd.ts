import { type Command, sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';

export const systemd: InitSystem = {
  id: 'systemd',

  detect: sh`[ -d /run/systemd/system ]`,

  show: (units) => sh`systemctl show -p Names,LoadState,ActiveState,UnitFileState -- ${units}`,

  // Installing a package may have done it since, and systemd reading every unit again takes longer than all else here.
  enable: (unit) =>
    sh`[ "$(systemctl show -p UnitFileState --value -- ${unit})" = enabled ] || systemctl --quiet enable ${unit}`,

  disable: (unit) => sh`systemctl --quiet disable --now ${unit}`,

  // A package installed in this run may have started it with the former files.
  start: (unit, anew) => sh`systemctl is-failed --quiet ${unit} && systemctl reset-failed ${unit}
${anew ? sh`order=restart` : reloadIfActive(unit)}
systemctl $order ${unit} || { systemctl --no-pager --lines=12 --full status ${unit} >&2; exit 1; }`,

  // A unit that cannot reload is restarted.
  reload: (unit) => sh`${reloadIfActive(unit)}
systemctl $order ${unit}
systemctl is-active --quiet ${unit}`,

  restart: (unit) => sh`systemctl restart ${unit}`,

  reloadRunning: (unit) => sh`systemctl reload ${unit}`,

  unitFiles: { folder: '/etc/systemd/system/', afterwards: ['systemctl', 'daemon-reload'] },
};

/** For systemd a unit in a crash loop is active or activating: a reload reaches, or waits for, a process that will crash. */
function reloadIfActive(unit: string): Command {
  return sh`systemctl is-active --quiet ${unit} && order=reload-or-restart || order=restart`;
}
