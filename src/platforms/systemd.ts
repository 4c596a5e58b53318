import { type Command, sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';

export const systemd: InitSystem = {
  id: 'systemd',
  title: 'systemd',
  proof: 'lab',
  distributions: 'most distributions of today',

  detect: sh`[ -d /run/systemd/system ]`,

  show: (units) => sh`systemctl show -p Names,LoadState,ActiveState,UnitFileState -- ${units}`,

  // Installing a package may have enabled it already, and `enable` is slow because systemd rereads all units.
  enable: (unit) =>
    sh`[ "$(systemctl show -p UnitFileState --value -- ${unit})" = enabled ] || systemctl --quiet enable ${unit}`,

  disable: (unit) => sh`systemctl --quiet disable --now ${unit}`,
  stop: (unit) => sh`systemctl stop ${unit}`,
  disableAtBoot: (unit) => sh`systemctl --quiet disable ${unit}`,

  // A package installed in this run may have started it with the old files.
  start: (unit, anew) => sh`systemctl is-failed --quiet ${unit} && systemctl reset-failed ${unit}
${anew ? sh`order=restart` : reloadIfActive(unit)}
systemctl $order ${unit} || { systemctl --no-pager --lines=12 --full status ${unit} >&2; exit 1; }`,

  // A unit that cannot reload is restarted.
  reload: (unit) => sh`${reloadIfActive(unit)}
systemctl $order ${unit}
systemctl is-active --quiet ${unit}`,

  restart: (unit) => sh`systemctl restart ${unit}`,

  reloadRunning: (unit) => sh`systemctl reload ${unit}`,

  // Waiting for the daemon to exit would block the caller's lock.
  requestStop: (unit) => sh`systemctl --no-block stop ${unit}`,

  listStopped: (unit) => sh`values() { systemctl show "$@" | sed 's/^[^=]*=//' | tr '\\n' ' '; }
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
done`,

  // systemd refuses the sixth start within ten seconds unless the counter is reset.
  startAll: sh`systemctl reset-failed $units 2>/dev/null
systemctl start $units`,

  requireActive: sh`for unit in $units; do
  systemctl is-active --quiet "$unit" || missing "$unit is $(systemctl is-active "$unit"), see: systemctl status $unit" || return
done`,

  messages: (unit, _program, pattern, most) =>
    sh`journalctl -u ${unit} -b -o cat --no-pager -r -g ${pattern} -n ${most}`,

  kill: (unit) => sh`systemctl kill --signal=KILL ${unit}`,

  freeze: (unit) => sh`systemctl freeze ${unit}`,

  thaw: (unit) => sh`systemctl thaw ${unit}`,

  membership: sh`cat "/proc/$pid/cgroup"`,

  // The last service in the path, because a service may have subgroups. A process in a scope (a container, a login)
  // belongs to no service.
  unitOf: (cgroup) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(cgroup) ?? [];
    if (controllers !== '' && controllers !== 'name=systemd') return undefined;
    const parts = path.split('/');
    const service = parts.findLast((part) => part.endsWith('.service') && !part.startsWith('user@'));
    if (service === undefined) return undefined;
    return parts.slice(parts.indexOf(service)).some((part) => part.endsWith('.scope')) ? undefined : service;
  },

  jobs: {
    program: 'systemd-run',

    run: (name, argv) => sh`systemd-run --quiet --unit=${name} ${argv}`,

    runLater: (name, seconds, argv) =>
      sh`systemd-run --quiet --unit=${name} --on-active=${seconds} --timer-property=AccuracySec=100ms --property=Restart=on-failure --property=RestartSec=5 ${argv}`,

    cancel: (names) => {
      const units = names.flatMap((name) => [`${name}.timer`, `${name}.service`]);
      return sh`systemctl stop ${units} 2>/dev/null
systemctl reset-failed ${units} 2>/dev/null`;
    },

    inspect: (name) => `systemctl status ${name}`,
  },

  unitFiles: {
    folder: '/etc/systemd/system/',
    file: (unit) => unit,
    mode: 0o644,
    afterwards: ['systemctl', 'daemon-reload'],
    templates: { script: templateOf, agent: templateOf, keepalived: templateOf },
  },
};

/** A unit in a crash loop is active or activating, and a reload would go to a process that is about to crash. */
function reloadIfActive(unit: string): Command {
  return sh`systemctl is-active --quiet ${unit} && order=reload-or-restart || order=restart`;
}

function templateOf(unit: string): string {
  return `etc/systemd/system/${unit}`;
}
