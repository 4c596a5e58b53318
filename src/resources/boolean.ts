import { NOTHING, sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { ResourceKind } from './resource.ts';

/** A switch of SELinux's policy, now and at boot. A host without SELinux, or whose policy lacks it, satisfies it. */
export interface BooleanWant {
  readonly kind: 'boolean';
  readonly name: string;
  readonly value: 'on' | 'off';
}

/** A boolean of SELinux, as getsebool(8) shows it. */
export const boolean: ResourceKind<BooleanWant, BooleanWant['value']> = {
  kind: 'boolean',
  wave: 'first',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.name,

  // The current value and the pending one; selinuxfs, so no process has to start.
  probe: (names) =>
    names.length === 0
      ? NOTHING
      : sh`for name in ${names}; do
for place in /sys/fs/selinux /selinux; do
[ -r "$place/booleans/$name" ] && read -r now pending < "$place/booleans/$name" && printf '%s %s\\n' "$name" "$now"
done
done`,

  parse: (output) =>
    new Map(
      saneLines(output).flatMap((line): readonly [string, BooleanWant['value']][] => {
        const [name, now] = wordsOf(line);
        return name === undefined || (now !== '0' && now !== '1') ? [] : [[name, now === '1' ? 'on' : 'off']];
      }),
    ),

  diff: (want, have) =>
    have === undefined || have === want.value
      ? undefined
      : { action: 'update', disruptive: false, fields: [{ name: 'value', before: have, after: want.value }] },

  // The policy is built again, which takes some seconds.
  steps: (want) => [sh`setsebool -P ${want.name} ${want.value}`],
};
