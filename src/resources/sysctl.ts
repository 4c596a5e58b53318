import { sh } from '../remote/command.ts';
import type { ResourceKind } from './resource.ts';

export interface SysctlWant {
  readonly kind: 'sysctl';
  /** With dots, as sysctl(8) prints it; a dot inside an interface name is written as a slash. */
  readonly name: string;
  readonly value: string;
  /** A kernel that does not have it is no fault. */
  readonly optional: boolean;
}

const ROOT = '/proc/sys/';

/** sysctl(8): dots and slashes change places, so that an interface name may hold a dot. */
function pathOf(name: string): string {
  return ROOT + name.replaceAll(/[./]/g, (letter) => (letter === '.' ? '/' : '.'));
}

function nameOf(path: string): string {
  return pathOf(path.slice(ROOT.length)).slice(ROOT.length);
}

/** A kernel parameter as it is now. What survives a reboot is a file below /etc/sysctl.d, a want of its own. */
export const sysctl: ResourceKind<SysctlWant, string> = {
  kind: 'sysctl',
  wave: 'first',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.name,

  // One grep for all. The shell's own `read` will not do: dash reads a byte at a time, and the kernel gives an integer
  // parameter only to the first read.
  probe: (names) => (names.length === 0 ? sh`:` : sh`grep -s . ${names.map(pathOf)} /dev/null`),

  parse: (output) =>
    new Map(
      output.split('\n').flatMap((line) => {
        const [path = '', ...value] = line.split(':');
        return path.startsWith(ROOT) ? [[nameOf(path), value.join(':').trim()] as const] : [];
      }),
    ),

  diff: (want, have) =>
    have === want.value || (have === undefined && want.optional)
      ? undefined
      : { action: 'update', disruptive: false, fields: [{ name: 'value', before: have, after: want.value }] },

  steps: (want) => [sh`printf '%s\\n' ${want.value} > ${pathOf(want.name)}`],
};
