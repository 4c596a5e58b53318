import type { RealServer } from '../../inventory/cluster.ts';
import type { Facts } from '../../observe/facts.ts';
import { type Check, type CheckResult, failed, passed } from '../check.ts';

/** Every real server has each virtual address on lo as /32, and is silent about it on ARP. */
export const realServers: Check = ({ cluster, observations }) =>
  cluster.realServers.flatMap((real) => {
    const facts = observations.get(real.name)?.facts;
    if (facts === undefined) return [];
    return [
      ...cluster.vrrp_instance.virtual_ipaddress.map(({ address }) => onLoopback(real, address, facts)),
      silence(real, facts),
      ...cluster.virtualServers.map(({ vip, port }) => listens(real, vip, port, facts)),
    ];
  });

function onLoopback(real: RealServer, vip: string, facts: Facts): CheckResult {
  const held = facts.addresses.filter(({ address }) => address === vip);
  const title = `${real.name} has ${vip} on lo`;
  const expected = `${vip}/32 on lo, and nowhere else`;
  const saw =
    held.length === 0
      ? 'not there'
      : held.map(({ address, prefix, device }) => `${address}/${prefix} on ${device}`).join(', ');
  const right = held.length === 1 && held[0]?.device === 'lo' && held[0].prefix === 32;
  return right
    ? passed('vip-on-lo', title, expected, saw)
    : failed(
        'vip-on-lo',
        title,
        expected,
        saw,
        `\`lvs.dr.sh start\` on ${real.name}, or \`lvsctl deploy\`; without it the packets of direct routing are dropped there.`,
      );
}

/** The kernel takes the larger of `all` and the interface (Documentation/networking/ip-sysctl.rst, arp_ignore, arp_announce). */
function silence(real: RealServer, facts: Facts): CheckResult {
  const device = facts.addresses.find(({ address }) => address === real.address)?.device ?? 'all';
  const effective = (value: 'ignore' | 'announce') =>
    Math.max(facts.arp.get('all')?.[value] ?? 0, facts.arp.get(device)?.[value] ?? 0);
  const [ignore, announce] = [effective('ignore'), effective('announce')];
  const title = `${real.name} is silent on ARP for the virtual address`;
  const expected = `effective arp_ignore 1 and arp_announce 2 on ${device}`;
  const saw = `arp_ignore ${ignore}, arp_announce ${announce}`;
  const right = (ignore === 1 || ignore === 2) && announce === 2;
  return right
    ? passed('arp-sysctl', title, expected, saw)
    : failed(
        'arp-sysctl',
        title,
        expected,
        saw,
        `\`lvsctl deploy\` sets them; look for another tool on ${real.name} that sets sysctls.`,
      );
}

/**
 * The packets of direct routing come for the virtual address, and the health check asks the real one: a server that
 * listens only on the latter is well, and swallows its share.
 */
function listens(real: RealServer, vip: string, port: number, facts: Facts): CheckResult {
  const places = facts.listeners.filter((listener) => listener.port === port).map(({ address }) => address);
  const title = `${real.name} listens on port ${port}`;
  const expected = `a web server on ${vip}:${port}, or on every address`;
  if (places.includes('0.0.0.0') || places.includes(vip)) return passed('listens', title, expected, 'it listens');
  if (places.length === 0)
    return failed('listens', title, expected, 'nothing listens', `Start the web server on ${real.name}.`);
  return failed(
    'listens',
    title,
    expected,
    `it listens only on ${[...new Set(places)].join(', ')}`,
    `Let the web server on ${real.name} listen on ${vip} too, or on every address.`,
  );
}
