import { sh } from '../remote/command.ts';
import type { ResourceKind } from './resource.ts';

/** A module to probe. */
export interface ModuleKey {
  readonly name: string;
  /** A path that exists when the module is loaded or built in. */
  readonly shows: string;
}

export interface ModuleWant extends ModuleKey {
  readonly kind: 'module';
}

/** A kernel feature that may be a module. Built in, or loaded from outside a container, satisfies it. */
export const kernelModule: ResourceKind<ModuleWant, true, ModuleKey> = {
  kind: 'module',
  wave: 'first',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.name,

  probe: (keys) => {
    const pairs = keys.flatMap(({ name, shows }) => [name, shows]);
    return sh`set -- ${pairs}
while [ $# -gt 0 ]; do
[ -e "$2" ] && echo "$1"
shift 2
done`;
  },

  parse: (output) => new Map(output.split('\n').flatMap((line) => (line === '' ? [] : [[line, true as const]]))),

  diff: (_want, have) =>
    have === undefined
      ? { action: 'create', disruptive: false, fields: [{ name: 'loaded', before: 'no', after: 'yes' }] }
      : undefined,

  steps: (want) => [
    sh`modprobe ${want.name} || { echo ${`this kernel has no ${want.name}: install a kernel that has it; in a container, load it on the machine outside`} >&2; exit 1; }
[ -e ${want.shows} ]`,
  ],
};
