import type { Part } from './forwarding.ts';
import { type HostView, type Judgement, allowed, deviceOf, effective, familyOf, mainDefault, passed } from './view.ts';

/** Checks that several methods share. */

export function judgeSilence(view: HostView, address: string): Judgement {
  const device = deviceOf(view, address) ?? 'all';
  const ignore = effective(view, device, 'arp_ignore');
  const announce = effective(view, device, 'arp_announce');
  const right = (ignore === 1 || ignore === 2) && announce === 2;
  return {
    check: 'arp-sysctl',
    title: `${view.name} does not answer ARP for the virtual address`,
    expected: `effective arp_ignore 1 and arp_announce 2 on ${device}`,
    actual: `arp_ignore ${ignore}, arp_announce ${announce}`,
    fix: right ? undefined : `Run \`lvsctl deploy\`, and check ${view.name} for other tools that set sysctls.`,
  };
}

/**
 * Packets keep the virtual address, whereas health checks go to the real address: a web server that listens only on its
 * real address passes these but refuses its share of the traffic.
 */
export function judgeListener({ name, listeners }: HostView, address: string, port: number): Judgement {
  const any = familyOf(address) === 'ipv4' ? '0.0.0.0' : '::';
  const places = listeners
    .filter((listener) => listener.port === port && familyOf(listener.address) === familyOf(address))
    .map((listener) => listener.address);
  const judged = {
    check: 'listens',
    title: `${name} listens on port ${port}`,
    expected: `a web server on ${address.includes(':') ? `[${address}]` : address}:${port}, or on all addresses`,
  };
  if (places.includes(any) || places.includes(address)) return { ...judged, actual: 'listening', fix: undefined };
  if (places.length === 0) return { ...judged, actual: 'nothing listens', fix: `Start the web server on ${name}.` };
  return {
    ...judged,
    actual: `listening only on ${[...new Set(places)].join(', ')}`,
    fix: `Make the web server on ${name} listen on ${address} too, or on all addresses.`,
  };
}

/** A director drops a reply that is routed through it, because the source is one of its own addresses. */
export function judgeDefaultRoute(view: HostView, { directors, vips, settings }: Part): readonly Judgement[] {
  if (view.routing === undefined) return [];
  const families = [...new Set(vips.map(familyOf))];
  return families.flatMap((family) => {
    const route = mainDefault(view, family);
    const through = directors.find(
      ({ addresses: own }) =>
        route?.via !== undefined && [...own, ...(settings.nat?.gateways ?? [])].includes(route.via),
    );
    const title = `${view.name} answers clients without a director`;
    const expected = 'a default route that is no director';
    if (through === undefined)
      return [passed('default-route', title, expected, route?.via ?? route?.device ?? 'no default route')];
    return [
      {
        check: 'default-route',
        title,
        expected,
        actual: `the default route goes through ${route?.via ?? ''}`,
        fix: `Make the router of the segment the default route of ${view.name}: the replies of direct routing have the virtual address as source, and a director that holds it drops them.`,
      },
    ];
  });
}

/** With proxy_arp a director answers ARP for a virtual address that another one holds (acassen/keepalived#1507). */
export function judgeProxyArp(view: HostView, { host }: Part): readonly Judgement[] {
  const device = host.addresses.map((address) => deviceOf(view, address)).find((found) => found !== undefined);
  if (device === undefined || !view.conf.has(device)) return [];
  const title = `${view.name} answers ARP for its own addresses only`;
  const expected = `proxy_arp 0 on ${device} and on all`;
  if (!allowed(view, device, 'proxy_arp')) return [passed('proxy-arp', title, expected)];
  return [
    {
      check: 'proxy-arp',
      title,
      expected,
      actual: 'proxy_arp 1',
      fix: `Set net.ipv4.conf.all.proxy_arp and net.ipv4.conf.${device.replaceAll('.', '/')}.proxy_arp to 0 on ${view.name}.`,
    },
  ];
}
