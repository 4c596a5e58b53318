import { describe, expect, it } from 'vitest';
import { ARTICLE, lvsctl, onHost } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

/** One thing undone on one host, what verify says about it, and the only thing that a deploy then does. */
interface Undone {
  readonly name: string;
  readonly host: string;
  readonly undo: string;
  readonly told: RegExp;
  readonly mended: readonly string[];
}

/** Several at a time, on different hosts, because a verify and a deploy of all five cost the same for one and for three. */
const ROUNDS: readonly (readonly Undone[])[] = [
  [
    {
      name: 'a sysctl set back',
      host: 'rs1',
      undo: 'echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore',
      told: /FAIL {2}rs1 is silent on ARP/,
      mended: ['rs1: sysctl net.ipv4.conf.all.arp_ignore: done'],
    },
    {
      name: 'the unit of lvs.dr.sh disabled',
      host: 'rs2',
      undo: 'systemctl disable lvs-dr.service',
      told: /FAIL {2}rs2: service lvs-dr\.service/,
      mended: ['rs2: service lvs-dr.service: done'],
    },
    {
      name: 'a line of keepalived.conf changed',
      host: 'dr2',
      undo: "sed -i 's/delay_loop 6/delay_loop 60/' /etc/keepalived/keepalived.conf",
      told: /FAIL {2}dr2: file \/etc\/keepalived\/keepalived\.conf[^]*-delay_loop 60/,
      mended: ['dr2: file /etc/keepalived/keepalived.conf: done', 'dr2: service keepalived.service: done'],
    },
  ],
  [
    {
      name: 'a web server stopped',
      host: 'rs1',
      undo: 'systemctl stop nginx',
      told: /FAIL {2}rs1 listens on port 80/,
      mended: ['rs1: service nginx.service: done'],
    },
    {
      name: 'keepalived stopped on the backup',
      host: 'dr2',
      undo: 'systemctl stop keepalived',
      told: /FAIL {2}dr2: service keepalived\.service/,
      mended: ['dr2: service keepalived.service: done'],
    },
    {
      name: 'the virtual address taken off lo',
      host: 'rs2',
      undo: 'ip address del 192.168.168.12/32 dev lo',
      told: /FAIL {2}rs2 has 192\.168\.168\.12 on lo/,
      mended: ['rs2: address 192.168.168.12 lo: done'],
    },
  ],
  [
    {
      name: "an entry deleted from the master's table",
      host: 'dr1',
      undo: 'ipvsadm -d -t 192.168.168.12:80 -r 192.168.168.102:80',
      told: /FAIL {2}the kernel's table on dr1[^]*192\.168\.168\.102:80: missing/,
      mended: ['dr1: ipvs 192.168.168.12:80: done'],
    },
    {
      name: "an entry added to the backup's table",
      host: 'dr2',
      undo: 'ipvsadm -a -t 192.168.168.12:80 -r 192.168.168.200:80 -g',
      told: /FAIL {2}the kernel's table on dr2[^]*192\.168\.168\.200:80: weight 1 is too much/,
      mended: ['dr2: ipvs 192.168.168.12:80: done'],
    },
  ],
  [
    {
      name: 'a weight changed with ipvsadm',
      host: 'dr1',
      undo: 'ipvsadm -e -t 192.168.168.12:80 -r 192.168.168.103:80 -g -w 5',
      told: /FAIL {2}the kernel's table on dr1[^]*weight 5, not weight 1/,
      mended: ['dr1: ipvs 192.168.168.12:80: done'],
    },
    {
      name: 'the virtual address on the second director too',
      host: 'dr2',
      undo: 'ip address add 192.168.168.12/32 dev eth0',
      told: /FAIL {2}192\.168\.168\.12 has one owner[^]*dr1 and dr2 hold it/,
      mended: ['dr2: address 192.168.168.12 eth0: done'],
    },
  ],
];

describe('things undone by hand', () => {
  useCluster();

  it.each(ROUNDS.map((round) => ({ round, name: round.map(({ name }) => name).join(', ') })))(
    '$name: verify names each, a deploy mends them and nothing else',
    async ({ round }) => {
      await Promise.all(round.map(({ host, undo }) => onHost(host, undo)));

      const verified = await lvsctl(['verify', ...ARTICLE]);
      for (const { told } of round) expect(verified.stdout).toMatch(told);
      expect(verified.exitCode).toBe(6);

      const mending = await lvsctl(['deploy', ...ARTICLE, '--yes']);
      const made = mending.stdout.split('\n').filter((line) => / (done|failed)$/.test(line));
      // What a host's line says comes in the order in which it was done; hosts of a wave end in any order.
      for (const { host, mended } of round) expect(made.filter((line) => line.startsWith(`${host}: `))).toEqual(mended);
      expect(made).toHaveLength(round.flatMap(({ mended }) => mended).length);
      expect(mending.stdout).toContain('checks hold');
      expect(mending.exitCode).toBe(0);

      expect((await lvsctl(['plan', ...ARTICLE])).stdout).toContain('No changes.');
    },
  );

  it('pages that are alike: the directors count what the client cannot tell', async () => {
    for (const host of ['rs1', 'rs2']) await onHost(host, 'echo the same > /var/www/html/index.html');
    const { stdout, exitCode } = await lvsctl(['verify', ...ARTICLE]);
    expect(stdout).toMatch(/ok {4}192\.168\.168\.12:80 rotates[^]*rs1 8, rs2 8 {2}\(counted by the directors/);
    expect(exitCode).toBe(6);
    expect((await lvsctl(['deploy', ...ARTICLE, '--yes'])).exitCode).toBe(0);
  });
});
