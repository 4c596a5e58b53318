import { sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';
import { nameOf, scriptInit } from './init-scripts.ts';

/**
 * The init of busybox, as in images of Buildroot: /etc/init.d/rcS starts the scripts S00… to S99… there, by number. Those
 * of lvsctl have no number; a link with one enables them. A script of others with a number is enabled as long as it has it.
 */
export const busybox: InitSystem = scriptInit({
  id: 'busybox',
  title: 'busybox',
  proof: 'lab',
  distributions: 'Buildroot, and other images whose init is busybox',

  detect: sh`{ [ -x /etc/init.d/rcS ] && command -v busybox >/dev/null && read -r comm < /proc/1/comm && [ "$comm" = init ]; } 2>/dev/null`,

  functions: sh`exists() {
for script in /etc/init.d/S[0-9][0-9]"$1" /etc/init.d/"$1"; do [ ! -x "$script" ] || return 0; done
return 1
}
initd() {
exists "$1" && (cd / && exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=linux LC_ALL=C "$script" "$2" </dev/null 8>&- 9>&-)
}
has_verb() {
exists "$1" && grep -Eq "(^|[^[:alnum:]_-])$2[[:space:]\\"']*[)|]" "$script"
}
reloads() {
has_verb "$1" reload
}
active() {
if has_verb "$1" status; then initd "$1" status >/dev/null 2>&1; else main_pid "$1"; fi
}
enabled() {
for link in /etc/init.d/S[0-9][0-9]"$1"; do [ ! -x "$link" ] || return 0; done
return 1
}`,

  enable: (name) => sh`ln -s ${name} /etc/init.d/S${order(name)}${name}`,

  // A script that has a number of its own loses it.
  disable: (name) => sh`for link in /etc/init.d/S[0-9][0-9]${name}; do
if [ -L "$link" ]; then rm -f "$link"; else mv -f "$link" /etc/init.d/${name}; fi
done`,

  enableHint: (name) => `ln -s ${name} /etc/init.d/S${order(name)}${name}.`,

  membership: sh`read -r comm < "/proc/$pid/comm" && for script in /etc/init.d/S[0-9][0-9]"$comm" "/etc/init.d/$comm"; do [ ! -x "$script" ] || { echo "initscript $comm"; break; }; done`,

  unitFiles: {
    folder: '/etc/init.d/',
    file: nameOf,
    mode: 0o755,
    afterwards: undefined,
    templates: { script: () => 'sysvinit/script', agent: () => 'sysvinit/agent' },
  },
});

/** After the network, which is 40 by custom: scripts of methods, before web servers at 50; the agent is later. */
function order(name: string): number {
  return /^lvs-(?!agent$)/.test(name) ? 45 : 80;
}
