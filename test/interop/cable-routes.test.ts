import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Fault, isPossible } from '../../src/failover/fault.ts';
import { cutCable } from '../../src/failover/faults/cable.ts';
import { STATE_DIR } from '../../src/failover/state-folder.ts';
import { type Command, lines, sh } from '../../src/remote/command.ts';
import { choiceIn, clusterOf, takeoverIn } from '../unit/failover/cluster.ts';
import { SHELLS } from '../support/shells.ts';

const cluster = clusterOf();
const possible = cutCable(choiceIn(cluster), takeoverIn(cluster));
if (!isPossible(possible)) throw new Error('not possible');
const fault: Fault = possible;

/** Two interfaces with addresses of both families, and a VLAN on the first. */
const CARDS = `ip link set lo up
for card in eth0 eth1; do
  ip link add $card type veth peer name peer-$card
  ip link set peer-$card addrgenmode none
  sysctl -qw net.ipv6.conf.$card.accept_dad=0
  ip link set $card up; ip link set peer-$card up
done
ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.0.0.9/24 dev eth0 label eth0:9; ip addr add 10.0.1.1/24 dev eth1
ip -6 addr add fd00::1/64 dev eth0 nodad; ip -6 addr add fd01::1/64 dev eth1 nodad
`;

/** The helper functions of the fault's scripts, without systemd and its timer. */
const AROUND = sh`mkdir -p ${STATE_DIR}
refuse() { echo "refused $*"; exit 3; }
keep() { printf '%s\\n' "$2" >"$1"; [ "$(cat "$1" && echo .)" = "$2
." ] || refuse "cannot write $1"; }
missing() { echo "not undone yet: $*" >&2; return 1; }`;

/** The visible network state, without lifetimes. */
const SHOW = `{ ip -o -4 route show table all; ip -o -6 route show table all | grep -v '^multicast'; ip nexthop show; ip neigh show nud permanent
ip neigh show proxy; ip -o addr show | sed 's/ valid_lft.*//'; } | sed -e 's/ tentative//' -e 's/ *$//' | sort`;

interface Cut {
  readonly stdout: string;
  readonly stderr: string;
  readonly before: readonly string[];
  readonly cut: readonly string[];
  readonly after: readonly string[];
}

/** Sets up a namespace, cuts its cable and restores it. */
function cutAndPutBack(setUp: string, shell: readonly [string, ...string[]], between = ''): Cut {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-cable-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = (command: Command): string => command.script.replaceAll(STATE_DIR, `${folder}/state`);
  const text = `${CARDS}${setUp}
show() { ${SHOW}; }
show >${folder}/before
cat >${folder}/save <<'.'
${script(lines([AROUND, fault.save]))}
.
cat >${folder}/undo <<'.'
${script(
  lines([
    AROUND,
    fault.functions,
    sh`undo() {`,
    fault.undo,
    sh`}
undo`,
    fault.verify,
  ]),
)}
.
${shell.join(' ')} ${folder}/save || exit
${script(fault.inject)}
show >${folder}/cut
${between}
${shell.join(' ')} ${folder}/undo || exit
show >${folder}/after`;
  const { stdout, stderr, error } = spawnSync('unshare', ['-n', '/bin/sh'], { input: text, encoding: 'utf8' });
  if (error !== undefined) throw error;
  const read = (name: string): readonly string[] =>
    spawnSync('cat', [`${folder}/${name}`], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line !== '');
  return { stdout, stderr, before: read('before'), cut: read('cut'), after: read('after') };
}

const KERNEL = execFileSync('uname', ['-r'], { encoding: 'utf8' });

describe.each(SHELLS.filter(({ onlyBusybox }) => !onlyBusybox))(
  `a cut cable, restored in $name (${KERNEL.trim()})`,
  ({ argv }) => {
    it.each([
      [
        'IPv4 routes',
        `ip route add default proto static metric 5 nexthop via 10.0.0.2 dev eth0 weight 2 nexthop via 10.0.0.3 dev eth0
ip route add 10.7.0.0/16 nexthop via 10.0.0.2 dev eth0 nexthop via 10.0.1.2 dev eth1
ip route add 10.9.0.0/16 via 10.0.0.2; ip route add 10.8.0.0/16 via 10.9.0.1 dev eth0 onlink
ip route add 10.6.0.0/16 via 10.0.0.2 table 55 metric 7 mtu lock 1400 advmss 1300 src 10.0.0.9
ip route add local 10.5.0.0/16 dev eth0 proto static; ip route add 10.4.0.0/16 via inet6 fe80::2 dev eth0`,
      ],
      [
        'IPv6 routes and addresses',
        `ip -6 route add fd70::/48 nexthop via fd00::8 dev eth0 nexthop via fd00::7 dev eth0
ip -6 route add default via fd00::2 dev eth0 src fd00::1 proto static metric 9
ip addr add fd00::3/64 dev eth0 nodad valid_lft 10000 preferred_lft 5000
ip addr add fd02::1/64 dev eth0 nodad noprefixroute; ip addr add fd03::1 peer fd03::2/128 dev eth0 nodad`,
      ],
      [
        'nexthop objects, nexthop groups with lower ids than their members, and neighbours',
        `ip nexthop add id 11 via 10.0.0.4 dev eth0 proto static; ip nexthop add id 12 via 10.0.1.4 dev eth1
ip nexthop add id 13 via 10.0.0.5 dev eth0 onlink; ip nexthop add id 21 via fd00::9 dev eth0
ip nexthop add id 5 group 11,2/12/13; ip route add 10.9.0.0/16 nhid 5; ip route add 10.8.0.0/16 nhid 11 metric 3
ip -6 route add fd60::/48 nhid 21; ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0 nud permanent
ip neigh add fd00::7 lladdr 02:00:00:00:00:07 dev eth0 nud permanent router
ip neigh add proxy 10.0.0.8 dev eth0; ip neigh add proxy fd00::88 dev eth0`,
      ],
    ])('restores %s', (_, setUp) => {
      const { stdout, stderr, before, cut, after } = cutAndPutBack(setUp, argv);
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
      expect(cut).not.toEqual(before);
      expect(after).toEqual(before);
    });

    it('restores IPv4 addresses that a network manager removed meanwhile', () => {
      const { before, after } = cutAndPutBack('', argv, 'ip addr flush dev eth0 scope global');
      expect(after).toEqual(before);
    });

    it('ignores routes of a routing daemon and of keepalived', () => {
      const { after } = cutAndPutBack(
        `ip route add 10.8.0.0/16 via 10.0.0.2 proto bird; ip route add 10.9.0.0/16 via 10.0.0.2 proto 18
ip addr add 192.168.168.12/32 dev eth0`,
        argv,
        'ip addr del 192.168.168.12/32 dev eth0',
      );
      expect(after.join('\n')).not.toMatch(/bird|10\\.9|192\\.168\\.168\\.12/);
    });

    it('refuses to cut if something could not be restored, and lists it', () => {
      const { stdout, stderr, cut, before } = cutAndPutBack('ip -6 route add fd71::/48 via fd00::8 expires 1000', argv);
      expect(stdout).toMatch(/^refused the state of eth0 could not be restored after the cut: routes-6: fd71::/);
      expect(stderr).toBe('');
      expect(cut).toEqual([]);
      expect(before).not.toEqual([]);
    });

    it('lists what is still missing after the undo', () => {
      const { stderr } = cutAndPutBack('', argv, 'ip link del eth0');
      expect(stderr).toContain('not undone yet: links: ');
      expect(stderr).toContain('eth0 up;');
    });
  },
);
