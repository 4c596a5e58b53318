import { methodsOf } from '../../forwarding/methods.ts';
import { type Check, type Evidence, failed, passed, skipped } from '../check.ts';
import { ownersOf } from './owner.ts';

/** Only the owner answers ARP, or neighbour solicitations, for a virtual address (acassen/keepalived#1507). */
export const arp: Check = (evidence) =>
  (evidence.client?.neighbours ?? []).map(({ vip, macs, why }) => {
    const title = `only the owner answers ${vip.includes(':') ? 'neighbour solicitations' : 'ARP'} for ${vip}`;
    const owners = ownersOf(vip, evidence);
    const rightful = owners.flatMap((name) => macsOf(name, vip, evidence));
    const expected =
      rightful.length === 0
        ? 'one answer'
        : `one answer, ${rightful.map((mac) => describeMac(mac, evidence)).join(' or ')}`;
    if (macs === undefined)
      return skipped(
        'arp',
        title,
        expected,
        why ?? 'not asked',
        'Set `client` to a host on the segment of the cluster.',
      );
    const actual = macs.length === 0 ? 'no answer' : macs.map((mac) => describeMac(mac, evidence)).join(' and ');
    if (macs.length === 1 && owners.length === 1 && rightful.includes(macs[0] ?? ''))
      return passed('arp', title, expected, actual);
    const others = macs.filter((mac) => !rightful.includes(mac));
    return failed(
      'arp',
      title,
      expected,
      actual,
      macs.length === 0
        ? 'No director answers: see the owner check above.'
        : others.length > 0
          ? `Silence ${others.map((mac) => describeMac(mac, evidence)).join(', ')}: ${fixFor(evidence)}find the machine with this address.`
          : 'Two directors answer: see the owner check above.',
    );
  });

function macsOf(host: string, vip: string, { observations }: Evidence): readonly string[] {
  const facts = observations.get(host)?.facts;
  return (facts?.addresses ?? []).flatMap((held) => {
    const mac = held.address === vip && held.device !== 'lo' ? facts?.macs.get(held.device) : undefined;
    return mac === undefined ? [] : [mac];
  });
}

function fixFor({ cluster }: Evidence): string {
  return methodsOf(cluster)
    .flatMap(({ silencedBy }) => silencedBy ?? [])
    .map((how) => `${how} for a real server, or `)
    .join('');
}

/** `dr1 (52:54:…)`, or the MAC address when no host of the inventory has it. */
function describeMac(mac: string, { observations }: Evidence): string {
  const host = [...observations.values()].find(({ facts }) => [...facts.macs.values()].includes(mac))?.host;
  return host === undefined ? `${mac} (not in the inventory)` : `${host} (${mac})`;
}
