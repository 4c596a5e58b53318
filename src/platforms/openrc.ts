import { sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';
import { nameOf, scriptInit } from './init-scripts.ts';

/**
 * Alpine Linux, Gentoo, and Debian with the package openrc. Its own scripts begin with openrc-run(8), which keeps their
 * state; those of System V are judged as on a host of that, because OpenRC only passes their verbs on. Descriptors
 * of the caller's locks are closed, which a daemon would keep. A service that ended by itself is still started to OpenRC,
 * which would not start it again.
 */
export const openrc: InitSystem = scriptInit({
  id: 'openrc',
  title: 'OpenRC',
  proof: 'lab',
  distributions: 'Alpine Linux, Gentoo, and Debian with the package openrc',

  detect: sh`{ [ -e /run/openrc/softlevel ] || [ -e /lib/rc/init.d/softlevel ]; } && command -v rc-service >/dev/null`,

  functions: sh`exists() {
[ -x /etc/init.d/"$1" ]
}
initd() {
[ "$2" != start ] || forget_started "$1"
rc-service "$1" "$2" </dev/null 8>&- 9>&-
}
forget_started() {
for started in /run/openrc/started/"$1" /lib/rc/init.d/started/"$1"; do
[ ! -e "$started" ] || active "$1" || rc-service "$1" zap </dev/null >/dev/null 2>&1 8>&- 9>&-
done
}
is_native() {
read -r first < /etc/init.d/"$1"
case $first in '#!'*openrc-run* | '#!'*runscript*) return 0 ;; esac
return 1
}
reloads() {
if is_native "$1"; then grep -Eq '^[[:space:]]*(reload[[:space:]]*[(][)]|extra_(started_)?commands=.*reload)' /etc/init.d/"$1"
else grep -Eq "(^|[^[:alnum:]_-])reload[[:space:]\\"']*[)|]" /etc/init.d/"$1"
fi
}
active() {
if is_native "$1" || grep -Eq "(^|[^[:alnum:]_-])status[[:space:]\\"']*[)|]" /etc/init.d/"$1"; then
initd "$1" status >/dev/null 2>&1 && has_program "$1"
else
main_pid "$1"
fi
}
enabled() {
for link in /etc/runlevels/sysinit/"$1" /etc/runlevels/boot/"$1" /etc/runlevels/default/"$1"; do
[ -e "$link" ] && return 0
done
return 1
}`,

  enable: (name) => sh`rc-update -q add ${name} default`,
  disable: (name) =>
    sh`for level in sysinit boot default; do [ ! -e "/etc/runlevels/$level/"${name} ] || rc-update -q del ${name} "$level"; done`,

  enableHint: (name) => `rc-update add ${name} default.`,

  unitFiles: {
    folder: '/etc/init.d/',
    file: nameOf,
    mode: 0o755,
    afterwards: undefined,
    templates: { script: () => 'openrc/script', agent: () => 'openrc/agent', keepalived: () => 'openrc/keepalived' },
  },
});
