import { sh } from '../remote/command.ts';
import type { ResourceKind } from './resource.ts';

export interface SysctlWant {
  readonly kind: 'sysctl';
  /** With dots, as sysctl(8) prints it; an interface name with a dot keeps it behind a slash. */
  readonly name: string;
  readonly value: string;
}

const pathOf = (name: string): string => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;

/** A kernel parameter as it is now. What survives a reboot is a file below /etc/sysctl.d, a want of its own. */
export const sysctl: ResourceKind<SysctlWant, string> = {
  kind: 'sysctl',

  key: (want) => want.name,

  // The shell's own read: no process at all.
  probe: (wants) => {
    const pairs = wants.flatMap((want) => [want.name, pathOf(want.name)]);
    return sh`set -- ${pairs}
while [ $# -gt 0 ]; do
[ -r "$2" ] && read -r v < "$2" && echo "$1 $v"
shift 2
done`;
  },

  parse: (output) =>
    new Map(
      output
        .split('\n')
        .filter((line) => line.includes(' '))
        .map((line) => {
          const space = line.indexOf(' ');
          return [line.slice(0, space), line.slice(space + 1).trim()];
        }),
    ),

  diff: (want, have) =>
    have === want.value
      ? undefined
      : { action: 'update', disruptive: false, fields: [{ name: 'value', before: have, after: want.value }] },

  steps: (want) => [sh`printf '%s\\n' ${want.value} > ${pathOf(want.name)}`],
};
