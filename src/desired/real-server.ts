import type { Cluster } from '../inventory/cluster.ts';
import type { RenderedFile } from '../render/files.ts';
import { REAL_SERVER_SYSCTLS } from '../render/sysctls.ts';
import type { AddressWant } from '../resources/address.ts';
import type { Want } from '../resources/kinds.ts';
import { DR_SCRIPT, DR_UNIT, fileWants } from './files.ts';
import type { Known } from './known.ts';
import { sysctlWants } from './sysctls.ts';

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
      // Its reload is another start: it drops what left the list, and never takes away what stays.
      reloadOn: [DR_SCRIPT],
      restartOn: [],
      disruptive: false,
    },
    ...sysctlWants(REAL_SERVER_SYSCTLS),
    ...cluster.vrrp_instance.virtual_ipaddress.flatMap(({ address }) => onLoopback(`${address}/32`, known)),
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

/** On lo nobody asks for it by ARP; on the wire this host would answer, and take the packets from the director. */
function onLoopback(address: string, known: Known): readonly AddressWant[] {
  const reason = 'direct routing delivers packets for this address here';
  const stray = 'a real server must not answer ARP for the virtual address';
  return [
    { kind: 'address', address, device: 'lo', present: true, reason },
    { kind: 'address', address, device: known.interface, present: false, reason: stray },
  ];
}
