import { methodsOf } from '../../forwarding/methods.ts';
import { type Check, type Evidence, failed, passed, skipped } from '../check.ts';
import { ownersOf } from './owner.ts';

/** Only the owner answers ARP for a virtual address. One other host that answers costs days (acassen/keepalived#1507). */
export const arp: Check = (evidence) =>
  (evidence.client?.arp ?? []).map(({ vip, macs, why }) => {
    const title = `only the owner answers ARP for ${vip}`;
    const owners = ownersOf(vip, evidence);
    const rightful = owners.flatMap((name) => macsOf(name, vip, evidence));
    const expected =
      rightful.length === 0 ? 'one answer' : `one answer, ${rightful.map((mac) => told(mac, evidence)).join(' or ')}`;
    if (macs === undefined)
      return skipped('arp', title, expected, why ?? 'not asked', 'Name a client on the segment of the cluster.');
    const saw = macs.length === 0 ? 'no answer' : macs.map((mac) => told(mac, evidence)).join(' and ');
    if (macs.length === 1 && owners.length === 1 && rightful.includes(macs[0] ?? ''))
      return passed('arp', title, expected, saw);
    const others = macs.filter((mac) => !rightful.includes(mac));
    return failed(
      'arp',
      title,
      expected,
      saw,
      macs.length === 0
        ? 'No director answers for it: see who owns it, above.'
        : others.length > 0
          ? `Silence ${others.map((mac) => told(mac, evidence)).join(', ')}: ${cureFor(evidence)}find the machine with this address.`
          : 'Two directors answer: see who owns it, above.',
    );
  });

function macsOf(host: string, vip: string, { observations }: Evidence): readonly string[] {
  const facts = observations.get(host)?.facts;
  return (facts?.addresses ?? []).flatMap((held) => {
    const mac = held.address === vip && held.device !== 'lo' ? facts?.macs.get(held.device) : undefined;
    return mac === undefined ? [] : [mac];
  });
}

function cureFor({ cluster }: Evidence): string {
  return methodsOf(cluster)
    .flatMap(({ realServer }) => realServer.silencedBy ?? [])
    .map((how) => `${how} for a real server, or `)
    .join('');
}

/** `dr1 (52:54:…)`, or the bare address when it belongs to no host of the inventory. */
function told(mac: string, { observations }: Evidence): string {
  const host = [...observations.values()].find(({ facts }) => [...facts.macs.values()].includes(mac))?.host;
  return host === undefined ? `${mac} (no host of this inventory)` : `${host} (${mac})`;
}
