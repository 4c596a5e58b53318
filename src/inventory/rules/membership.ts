import { doubt, mistake, type Finding, type Linted } from '../finding.ts';

/** Who must be there, and in one role only. */
export function membership({ cluster, input }: Linted): readonly Finding[] {
  const findings: Finding[] = [];
  if (input.vip !== undefined && input.vrrp_instance?.virtual_ipaddress !== undefined) {
    findings.push(
      mistake(
        ['vrrp_instance', 'virtual_ipaddress'],
        'The virtual addresses are given twice: as `vip` and as `vrrp_instance.virtual_ipaddress`.',
        'They mean the same; keep one.',
      ),
    );
  }
  if (cluster.vrrp_instance.virtual_ipaddress.length === 0) {
    const hint = 'Add the address that clients will use, as in `vip: 192.168.168.12`.';
    findings.push(mistake(['vip'], 'The cluster has no virtual address.', hint));
  }
  if (cluster.directors.length === 0) {
    const hint = 'Add at least one, better two: `directors: [192.168.168.100, 192.168.168.107]`.';
    findings.push(mistake(['directors'], 'The cluster has no director.', hint));
  }
  if (cluster.directors.length === 1) {
    const what = 'There is only one director: if it fails, there is no failover.';
    findings.push(doubt(['directors'], what, 'Add a second one.'));
  }
  if (cluster.realServers.length === 0) {
    const hint = 'Add them by address: `real_servers: [192.168.168.102, 192.168.168.103]`.';
    findings.push(mistake(['real_servers'], 'The cluster has no real server.', hint));
  }
  const directors = new Map(cluster.directors.map(({ address, name }) => [address, name]));
  cluster.realServers.forEach(({ address }, index) => {
    const director = directors.get(address);
    if (director === undefined) return;
    findings.push(
      mistake(
        ['real_servers', index, 'address'],
        `${address} is the director ${director} and a real server at once, which lvsctl does not support yet.`,
        'Such packets are balanced twice unless the backup is guarded. Give each role a host of its own.',
      ),
    );
  });
  return findings;
}
