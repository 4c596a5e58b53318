import { sh } from '../remote/command.ts';
import { nameOf, scriptInit } from './init-scripts.ts';
import type { InitSystem } from './init-system.ts';

/**
 * Void Linux, and others whose process 1 is runit: a folder below /etc/sv with a program `run` for each service, which
 * runsvdir(8) runs as long as there is a link to the folder among its services. A file `down` in the folder keeps it from
 * starting at boot, so that a service can run without being enabled. runit knows no order: what comes too early ends, and
 * is started again a second later. A script that runs once is kept as a service by a shell that waits.
 */
export const runit: InitSystem = scriptInit({
  id: 'runit',
  title: 'runit',
  proof: 'tools',
  distributions: 'Void Linux',

  detect: sh`{ command -v sv && command -v runsvdir; } >/dev/null 2>&1 && { read -r comm < /proc/1/comm && [ "$comm" = runit ]; } 2>/dev/null`,

  functions: sh`for services in /var/service /etc/service /service; do [ ! -d "$services/" ] || break; done
exists() {
[ -x /etc/sv/"$1"/run ]
}
supervised() {
[ -e "$services/$1" ] || { : > /etc/sv/"$1"/down && ln -s /etc/sv/"$1" "$services/$1"; } || return 1
tries=100
until [ -p "$services/$1/supervise/ok" ] && sv status "$services/$1" >/dev/null 2>&1; do
[ "$tries" -gt 0 ] || { echo "$1: runsv does not run: is runsvdir running?" >&2; return 1; }
sleep 0.1
tries=$((tries - 1))
done
}
initd() {
case $2 in
start) supervised "$1" && sv -w 20 start "$services/$1" ;;
stop) [ ! -p "$services/$1/supervise/ok" ] || sv -w 20 stop "$services/$1" ;;
reload) sv reload "$services/$1" ;;
esac </dev/null 8>&- 9>&-
}
reloads() {
case $1 in lvs-* | keepalived | nginx | apache* | httpd | haproxy) return 0 ;; esac
return 1
}
main_pid() {
status=$(sv status "$services/$1" 2>/dev/null) || return 1
case $status in run:*) ;; *) return 1 ;; esac
pid=\${status#*'(pid '}
pid=\${pid%%')'*}
}
active() {
main_pid "$1" || return 1
case $1 in lvs-agent) script=/usr/local/sbin/lvs-agent ;; *) script=/usr/local/sbin/lvs.\${1#lvs-}.sh ;; esac
[ ! -x "$script" ] || "$script" status >/dev/null 2>&1
}
enabled() {
[ -L "$services/$1" ] && [ ! -e /etc/sv/"$1"/down ]
}`,

  enable: (name) =>
    sh`rm -f ${`/etc/sv/${name}/down`}; [ -L "$services/"${name} ] || ln -s ${`/etc/sv/${name}`} "$services/"${name}`,
  disable: (name) => sh`: > ${`/etc/sv/${name}/down`}`,

  enableHint: (name) => `rm -f /etc/sv/${name}/down; ln -s /etc/sv/${name} /var/service/.`,

  // A service is a child of runsv(8), whose argument is its name.
  membership: sh`read -r line < "/proc/$pid/stat" && line=\${line##*') '} && parent=\${line#? } && words=$(tr '\\0' ' ' < "/proc/\${parent%% *}/cmdline") && case $words in 'runsv '*) words=\${words#runsv } && echo "initscript \${words%% *}" ;; esac`,

  unitFiles: {
    folder: '/etc/sv/',
    file: (unit) => `${nameOf(unit)}/run`,
    mode: 0o755,
    afterwards: undefined,
    // runsvdir ends what runs in a folder whose link is gone.
    forget: (file) => sh`name=${file.slice(0, file.indexOf('/'))}
for link in /var/service/"$name" /etc/service/"$name" /service/"$name"; do [ ! -L "$link" ] || rm -f "$link"; done
for rest in "/etc/sv/$name/down" "/etc/sv/$name/supervise"; do rm -rf "$rest"; done
[ ! -d "/etc/sv/$name" ] || rmdir "/etc/sv/$name" 2>/dev/null || :`,
    templates: { script: () => 'runit/script', agent: () => 'runit/agent', keepalived: () => 'runit/keepalived' },
  },
});
