import type { Cluster } from '../inventory/cluster.ts';
import type { Want } from '../resources/kinds.ts';
import { DR_SCRIPT, DR_UNIT, type RenderedFile, fileWants } from './files.ts';
import type { Known } from './known.ts';

/**
 * A real server is silent on ARP before it has the virtual address, and it has the address before its web server
 * starts. The kernel takes the larger of `all` and the interface's own value for both parameters.
 */
export const ARP_SYSCTLS: readonly (readonly [name: string, value: string])[] = [
  ['net.ipv4.conf.all.arp_ignore', '1'],
  ['net.ipv4.conf.all.arp_announce', '2'],
  ['net.ipv4.conf.lo.arp_ignore', '1'],
  ['net.ipv4.conf.lo.arp_announce', '2'],
];

/** Everything a real server must have, in the order in which it is brought about. */
export function realServer(cluster: Cluster, files: readonly RenderedFile[], known: Known): readonly Want[] {
  const { web } = cluster;
  const [pages, others] = [
    files.filter((rendered) => rendered.path === web.demoPath),
    files.filter((rendered) => rendered.path !== web.demoPath),
  ];
  return [
    ...fileWants(others),
    // lvs.dr.sh remembers the former values before it sets its own, so it comes before the parameters themselves.
    {
      kind: 'service',
      unit: DR_UNIT,
      reloadOn: [],
      restartOn: [DR_SCRIPT],
      disruptive: false,
    },
    ...ARP_SYSCTLS.map(([name, value]) => ({ kind: 'sysctl', name, value }) as const),
    ...cluster.vrrp_instance.virtual_ipaddress.map(
      ({ address }) =>
        ({
          kind: 'address',
          address: `${address}/32`,
          device: 'lo',
          present: true,
          reason: 'direct routing delivers packets for this address here',
        }) as const,
    ),
    ...(web.package === undefined
      ? []
      : [
          {
            kind: 'packages',
            names: [web.package],
            localMount: cluster.packages.localMount,
            platform: known.platform,
          } as const,
        ]),
    ...fileWants(pages),
    ...(web.service === undefined
      ? []
      : [
          {
            kind: 'service',
            unit: `${web.service}.service`,
            reloadOn: [],
            restartOn: [],
            disruptive: false,
          } as const,
        ]),
  ];
}
