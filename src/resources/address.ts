import { sh } from '../remote/command.ts';
import type { ResourceKind } from './resource.ts';

export interface AddressWant {
  readonly kind: 'address';
  /** with its prefix, as 192.168.168.12/32 */
  readonly address: string;
  readonly device: string;
  readonly present: boolean;
  readonly reason: string;
}

/** Where an address is, as `ip -o addr` tells it: `address device`. */
export const address: ResourceKind<AddressWant, true> = {
  kind: 'address',

  key: (want) => `${want.address} ${want.device}`,

  // Also read by the facts, so that a host runs it once.
  probe: () => sh`ip -o addr show`,

  parse: (output) =>
    new Map(
      output.split('\n').flatMap((line) => {
        const [, device, , held] = line.trim().split(/\s+/);
        return device === undefined || held === undefined ? [] : [[`${held} ${device}`, true as const]];
      }),
    ),

  diff: (want, have) => {
    if (want.present === (have !== undefined)) return undefined;
    const place = `on ${want.device}`;
    return want.present
      ? {
          action: 'create',
          disruptive: false,
          reason: want.reason,
          fields: [{ name: 'address', before: undefined, after: place }],
        }
      : {
          action: 'remove',
          disruptive: false,
          reason: want.reason,
          fields: [{ name: 'address', before: place, after: undefined }],
        };
  },

  // An earlier step (the unit that runs lvs.dr.sh) may have done it in the meantime.
  steps: (want) => {
    const held = sh`[ -n "$(ip -o addr show dev ${want.device} to ${want.address})" ]`;
    return want.present
      ? [sh`${held} || ip addr add ${want.address} dev ${want.device}`]
      : [sh`if ${held}; then ip addr del ${want.address} dev ${want.device}; fi`];
  },
};
