import { virtualAddressesOf } from '../../inventory/cluster.ts';
import { type Check, type Evidence, failed, passed } from '../check.ts';

/** Names of the directors that hold an address on an interface other than lo. */
export function ownersOf(vip: string, { cluster, observations }: Evidence): readonly string[] {
  return cluster.directors
    .map(({ name }) => name)
    .filter((name) => {
      const held = observations.get(name)?.facts.addresses ?? [];
      return held.some(({ address, device }) => address === vip && device !== 'lo');
    });
}

/** Exactly one director holds each virtual address. */
export const owner: Check = (evidence) =>
  virtualAddressesOf(evidence.cluster).map(({ address }) => {
    const owners = ownersOf(address, evidence);
    const title = `${address} has one owner`;
    const expected = 'exactly one director holds it';
    if (owners.length === 1) return passed('owner', title, expected, `${owners[0] ?? ''} holds it`);
    if (owners.length === 0) {
      return failed(
        'owner',
        title,
        expected,
        'no director holds it',
        'Check `journalctl -u keepalived -u lvs-agent` on the directors, and that the interface is up.',
      );
    }
    const stray = owners.filter((name) => evidence.observations.get(name)?.facts.vrrpState === 'BACKUP');
    return failed(
      'owner',
      title,
      expected,
      `${owners.join(' and ')} hold it${stray.length === 0 ? '' : `; VRRP on ${stray.join(', ')} is BACKUP`}`,
      stray.length === 0
        ? "The directors do not receive each other's advertisements: allow IP protocol 112 to 224.0.0.18 in every firewall, and use the same virtual_router_id and authentication on both."
        : `It was added by hand on ${stray.join(', ')}; \`lvsctl deploy\` removes it.`,
    );
  });
