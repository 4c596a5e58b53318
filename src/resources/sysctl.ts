import { NOTHING, sh } from '../remote/command.ts';
import type { ResourceKind } from './resource.ts';

export interface SysctlWant {
  readonly kind: 'sysctl';
  /** With dots, as sysctl(8) prints it; a dot in an interface name is written as a slash. */
  readonly name: string;
  readonly value: string;
  /** Whether the kernel may lack it. */
  readonly optional: boolean;
}

const ROOT = '/proc/sys/';

/** sysctl(8) swaps dots and slashes, so that interface names may contain dots. */
function pathOf(name: string): string {
  return ROOT + name.replaceAll(/[./]/g, (letter) => (letter === '.' ? '/' : '.'));
}

function nameOf(path: string): string {
  return pathOf(path.slice(ROOT.length)).slice(ROOT.length);
}

/** The name as sysctl(8) prints it: in a file it may be a path, of which the first separator is a slash. */
export function nameOfSysctl(written: string): string {
  return /^[^.]*\//.test(written) ? nameOf(ROOT + written) : written;
}

/** The current value of a kernel parameter. The file below /etc/sysctl.d is a separate want. */
export const sysctl: ResourceKind<SysctlWant, string> = {
  kind: 'sysctl',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.name,

  // One grep for all. The shell builtin `read` does not work: dash reads byte by byte, and the kernel returns an integer
  // parameter only on the first read.
  probe: (names) => (names.length === 0 ? NOTHING : sh`grep -s . ${names.map(pathOf)} /dev/null`),

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
