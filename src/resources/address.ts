import { sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { ResourceKind } from './resource.ts';

export interface AddressWant {
  readonly kind: 'address';
  /** With prefix length, as in 192.168.168.12/32. */
  readonly address: string;
  readonly device: string;
  readonly present: boolean;
  readonly reason: string;
}

/**
 * An address on an interface. The prefix length is a property: a wrong one is corrected,
 * and an unwanted address is removed with any prefix length. The observed value is the list of prefix lengths.
 */
export const address: ResourceKind<AddressWant, readonly string[], never> = {
  kind: 'address',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'own-check',

  key: (want) => `${bare(want)} ${want.device}`,

  // The probe of facts uses the same command, so it runs once.
  probe: () => sh`ip -o addr show`,

  parse: (output) => {
    const found = new Map<string, string[]>();
    for (const line of saneLines(output)) {
      const [, device, , held] = wordsOf(line);
      if (device === undefined || held === undefined) continue;
      const [text = '', prefix = ''] = held.split('/');
      const key = `${text} ${device}`;
      const prefixes = found.get(key);
      if (prefixes === undefined) found.set(key, [prefix]);
      else prefixes.push(prefix);
    }
    return found;
  },

  diff: (want, have) => {
    const before = have?.map((prefix) => `${bare(want)}/${prefix}`).join(' and ');
    const after = want.present ? want.address : undefined;
    if (before === after) return undefined;
    return {
      action: after === undefined ? 'remove' : before === undefined ? 'create' : 'update',
      disruptive: false,
      reason: want.reason,
      fields: [{ name: 'address', before, after }],
    };
  },

  // An earlier step (the unit that runs lvs.dr.sh) may have added it already. `to` matches the address alone.
  steps: (want) => {
    const { device } = want;
    const held = sh`ip -o addr show dev ${device} to ${`${bare(want)}/${want.address.includes(':') ? 128 : 32}`}`;
    if (!want.present) {
      return [sh`${held} | while read -r number device family held rest; do ip addr del "$held" dev ${device}; done`];
    }
    return [
      sh`${held} | while read -r number device family held rest; do
[ "$held" = ${want.address} ] || ip addr del "$held" dev ${device}
done`,
      sh`[ -n "$(${held})" ] || ip addr add ${want.address} dev ${device}`,
    ];
  },
};

function bare({ address }: AddressWant): string {
  return address.split('/', 1)[0] ?? '';
}
