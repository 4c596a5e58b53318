import type { VirtualAddress, VrrpConf } from '../../../keepalived/model-vrrp.ts';
import type { Inherited, VrrpEffect } from './event.ts';
import { addressEffects, deviceOf, isPresent, wantedAddresses } from './keep.ts';
import { log } from './log.ts';
import type { Stride } from './walk.ts';

/**
 * What an agent before this one kept, and the configuration does not name any more: nothing else would ever take it
 * away, and it would answer beside whoever has the address now.
 */
export function removeForgotten(conf: VrrpConf, inherited: readonly Inherited[]): Stride {
  return (state) => {
    const named = new Set([
      ...conf.vrrp_instance.flatMap((one) =>
        wantedAddresses(one).map((address) => identity(deviceOf(address, one), address)),
      ),
      ...conf.static_ipaddress.map((address) => identity(address.dev, address)),
    ]);
    const effects = inherited
      .flatMap(({ held }) => held ?? [])
      .filter((left) => !named.has(identity(left.interface, left)))
      .flatMap((left): readonly VrrpEffect[] => {
        const { address: text, prefix, peer } = left;
        const address: VirtualAddress = { ...PLAIN, address: text, prefix, peer, dev: left.interface };
        if (!isPresent(state.links.get(left.interface), address)) return [];
        const said = `${text} was left behind on ${left.interface}, is no longer in the configuration, and is removed`;
        return [log('notice', said), ...addressEffects('remove', [address], left.interface)];
      });
    return { state, effects };
  };
}

const PLAIN = {
  label: undefined,
  scope: undefined,
  broadcast: undefined,
  home: false,
  nodad: false,
  mngtmpaddr: false,
  noprefixroute: false,
  preferred_lft: undefined,
} as const;

function identity(device: string, { address, prefix }: { readonly address: string; readonly prefix: number }): string {
  return `${device} ${address}/${prefix}`;
}
