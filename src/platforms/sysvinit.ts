import { sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';
import { nameOf, scriptInit } from './init-scripts.ts';

/**
 * Scripts in /etc/init.d, which the init of System V, or Upstart on Red Hat 6, runs by the links of a runlevel. A script
 * runs as at boot, with nothing of the caller's environment, and without the descriptors of its locks (8 and 9), which a
 * daemon would keep. One without `status`, such as Debian's of keepalived, is judged by its pid file. The default
 * runlevel is that of inittab(5).
 */
export const sysvinit: InitSystem = scriptInit({
  id: 'sysvinit',
  title: 'sysvinit',
  proof: 'lab',
  distributions: 'Red Hat Enterprise Linux up to release 6, and Debian with the package sysvinit-core',

  detect: sh`{ [ -d /etc/init.d ] && read -r comm < /proc/1/comm && [ "$comm" = init ] && { command -v update-rc.d || command -v chkconfig; } >/dev/null; } 2>/dev/null`,

  functions: sh`exists() {
[ -x /etc/init.d/"$1" ]
}
initd() {
(cd / && exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LC_ALL=C /etc/init.d/"$1" "$2" </dev/null 8>&- 9>&-)
}
has_verb() {
grep -Eq "(^|[^[:alnum:]_-])$2[[:space:]\\"']*[)|]" /etc/init.d/"$1"
}
reloads() {
has_verb "$1" reload
}
active() {
if has_verb "$1" status; then initd "$1" status >/dev/null 2>&1 && has_program "$1"; else main_pid "$1"; fi
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
}`,

  enable: (name) => sh`if command -v update-rc.d >/dev/null; then
update-rc.d ${name} defaults && update-rc.d ${name} enable
else
chkconfig --add ${name} && chkconfig ${name} on
fi`,

  disable: (name) =>
    sh`if command -v update-rc.d >/dev/null; then update-rc.d ${name} disable; else chkconfig ${name} off; fi`,

  enableHint: (name) => `update-rc.d ${name} enable, or chkconfig ${name} on.`,

  unitFiles: {
    folder: '/etc/init.d/',
    file: nameOf,
    mode: 0o755,
    afterwards: undefined,
    forget: (name) => sh`for link in /etc/rc?.d/[SK][0-9][0-9]${name}; do [ ! -L "$link" ] || rm -f "$link"; done`,
    templates: {
      script: () => 'sysvinit/script',
      agent: () => 'sysvinit/agent',
      keepalived: () => 'sysvinit/keepalived',
    },
  },
});
