import { describe, expect, it } from 'vitest';
import { ARTICLE, lvsctl, onHost } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

/** One thing undone on one host, what verify says about it, and the only thing that a deploy then does. */
interface Undone {
  readonly name: string;
  readonly host: string;
  readonly undo: string;
  readonly reported: RegExp;
  readonly repaired: readonly string[];
}

/** Several at a time, on different hosts, because a verify and a deploy of all five cost the same for one and for three. */
const ROUNDS: readonly (readonly Undone[])[] = [
  [
    {
      name: 'a sysctl set back',
      host: 'rs1',
      undo: 'echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore',
      reported: /FAIL {2}rs1 does not answer ARP/,
      repaired: ['rs1: sysctl net.ipv4.conf.all.arp_ignore: done'],
    },
    {
      name: 'the unit of lvs.dr.sh disabled',
      host: 'rs2',
      undo: 'systemctl disable lvs-dr.service',
      reported: /FAIL {2}rs2: service lvs-dr\.service/,
      repaired: ['rs2: service lvs-dr.service: done'],
    },
    {
      name: 'a line of keepalived.conf changed',
      host: 'dr2',
      undo: "sed -i 's/delay_loop 6/delay_loop 60/' /etc/keepalived/keepalived.conf",
      reported: /FAIL {2}dr2: file \/etc\/keepalived\/keepalived\.conf[^]*-delay_loop 60/,
      repaired: ['dr2: file /etc/keepalived/keepalived.conf: done', 'dr2: service keepalived.service: done'],
    },
  ],
  [
    {
      name: 'a web server stopped',
      host: 'rs1',
      undo: 'systemctl stop nginx',
      reported: /FAIL {2}rs1 listens on port 80/,
      repaired: ['rs1: service nginx.service: done'],
    },
    {
      name: 'keepalived stopped on the backup',
      host: 'dr2',
      undo: 'systemctl stop keepalived',
      reported: /FAIL {2}dr2: service keepalived\.service/,
      repaired: ['dr2: service keepalived.service: done'],
    },
    {
      name: 'the virtual address taken off lo',
      host: 'rs2',
      undo: 'ip address del 192.168.168.12/32 dev lo',
      reported: /FAIL {2}rs2 has 192\.168\.168\.12 on lo/,
      repaired: ['rs2: address 192.168.168.12 lo: done'],
    },
  ],
  [
    {
      name: "an entry deleted from the master's table",
      host: 'dr1',
      undo: 'ipvsadm -d -t 192.168.168.12:80 -r 192.168.168.102:80',
      reported: /FAIL {2}the IPVS table on dr1[^]*192\.168\.168\.102:80: missing/,
      repaired: ['dr1: ipvs 192.168.168.12:80: done'],
    },
    {
      name: "an entry added to the backup's table",
      host: 'dr2',
      undo: 'ipvsadm -a -t 192.168.168.12:80 -r 192.168.168.200:80 -g',
      reported: /FAIL {2}the IPVS table on dr2[^]*192\.168\.168\.200:80: weight 1 is unexpected/,
      repaired: ['dr2: ipvs 192.168.168.12:80: done'],
    },
  ],
  [
    {
      name: 'a weight changed with ipvsadm',
      host: 'dr1',
      undo: 'ipvsadm -e -t 192.168.168.12:80 -r 192.168.168.103:80 -g -w 5',
      reported: /FAIL {2}the IPVS table on dr1[^]*weight 5, not weight 1/,
      repaired: ['dr1: ipvs 192.168.168.12:80: done'],
    },
    {
      name: 'the virtual address on the second director too',
      host: 'dr2',
      undo: 'ip address add 192.168.168.12/32 dev eth0',
      reported: /FAIL {2}192\.168\.168\.12 has one owner[^]*dr1 and dr2 hold it/,
      repaired: ['dr2: address 192.168.168.12 eth0: done'],
    },
  ],
];

describe('things undone by hand', () => {
  useCluster();

  it.each(ROUNDS.map((round) => ({ round, name: round.map(({ name }) => name).join(', ') })))(
    '$name: verify reports each, a deploy repairs them and nothing else',
    async ({ round }) => {
      await Promise.all(round.map(({ host, undo }) => onHost(host, undo)));

      const verified = await lvsctl(['verify', ...ARTICLE]);
      for (const { reported } of round) expect(verified.stdout).toMatch(reported);
      expect(verified.exitCode).toBe(6);

      const deployment = await lvsctl(['deploy', ...ARTICLE, '--yes']);
      const made = deployment.stdout.split('\n').filter((line) => / (done|failed)$/.test(line));
      // What a host's line says comes in the order in which it was done; hosts of a wave end in any order.
      for (const { host, repaired } of round)
        expect(made.filter((line) => line.startsWith(`${host}: `))).toEqual(repaired);
      expect(made).toHaveLength(round.flatMap(({ repaired }) => repaired).length);
      expect(deployment.stdout).toContain('checks passed');
      expect(deployment.exitCode).toBe(0);
    },
  );
});
