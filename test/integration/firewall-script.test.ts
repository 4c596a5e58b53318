import { describe, expect, it } from 'vitest';
import { has, removeFolder, root, run, script, shells } from '../support/script-namespace.ts';
import { firewallFile } from '../support/firewall-rules.ts';

removeFolder();

/** A client in a network of its own; `try PORT` says whether it reaches a port of this host. */
const CLIENT = `
unshare --net sleep 30 &
client=$!
trap 'kill $client' EXIT
until [ "$(readlink /proc/$client/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add wire type veth peer name eth0 netns $client
ip addr add 192.0.2.1/24 dev wire && ip link set wire up
nsenter -t $client -n sh -c 'ip addr add 192.0.2.9/24 dev eth0; ip link set eth0 up; ip link set lo up'
for port in 22 80 81; do timeout 30 busybox nc -ll -p $port -e true >/dev/null 2>&1 & done
try() { nsenter -t $client -n busybox nc -w 1 192.0.2.1 "$1" </dev/null >/dev/null 2>&1 && echo "$1 open" || echo "$1 closed"; }
left=40; until try 22 | grep -q open; do left=$((left - 1)); [ $left -gt 0 ] || exit 97; sleep 0.1; done
all() { try 22; try 80; try 81; }
`;

const ONE = '192.0.2.1';

/** What drops all but SSH, and what opens port 80. */
const FIREWALLS = [
  {
    name: 'nftables',
    needs: ['nft'],
    load: `nft -f '${firewallFile('workstation.nft')}'`,
    rule: `nft inet filter input|ip daddr ${ONE} tcp dport 80|connections to ${ONE}:80`,
    place: 'nft inet filter input',
    flush: "nft delete rule inet filter input handle $(nft -a list ruleset | sed -n 's/.*lvsctl: .* handle //p')",
    show: 'nft list ruleset',
  },
  ...['iptables', 'iptables-legacy'].map((program) => ({
    name: program,
    needs: [program],
    load: `${program} -A INPUT -m state --state ESTABLISHED -j ACCEPT; ${program} -A INPUT -p tcp --dport 22 -j ACCEPT; ${program} -P INPUT DROP`,
    rule: `iptables INPUT|-d ${ONE} -p tcp --dport 80|connections to ${ONE}:80`,
    place: 'iptables INPUT',
    flush: `${program} -D INPUT 1`,
    show: `${program}-save -t filter | grep -v -e '^#' -e '^:'`,
  })),
];

describe.skipIf(!root || !has('busybox'))('lvs.firewall.sh', () => {
  describe.each(FIREWALLS.filter(({ needs }) => needs.every(has)))(
    'with $name',
    ({ load, rule, place, flush, show }) => {
      it.each(shells.slice(0, place.startsWith('nft') ? 2 : 1))(
        'opens what is listed and nothing else, in $name',
        ({ command }) => {
          const own = `${command} ${script('lvs.firewall.sh', { rules: rule })}`;
          const scenario = `${CLIENT}
${load}
before=$(${show})
${own} status; echo "status $?"
${own} start && ${own} start && all
${own} list
${flush}
${own} status; echo "status $?"; try 80
${own} reload && ${own} status && try 80
${own} stop && all
[ "$(${show})" = "$before" ] && echo 'as before'
[ ! -e /run/lvs.firewall ] && echo 'no state'`;
          expect(run(scenario, {})).toEqual([
            'lvs.firewall.sh: stopped',
            'status 3',
            '22 open',
            '80 open',
            '81 closed',
            `connections to ${ONE}:80 (${place})`,
            'lvs.firewall.sh: stopped',
            'status 3',
            '80 closed',
            'lvs.firewall.sh: running',
            '80 open',
            '22 open',
            '80 closed',
            '81 closed',
            'as before',
            'no state',
          ]);
        },
      );
    },
  );

  it('changes nothing when one rule cannot be added, and names the reason', () => {
    const rules = `nft inet filter input|ip daddr ${ONE} tcp dport 80|connections\nnft inet filter other|tcp dport 81|more`;
    const lines = run(
      `nft -f '${firewallFile('workstation.nft')}'
${script('lvs.firewall.sh', { rules })} start; echo "start $?"
nft list ruleset | grep -c lvsctl`,
      {},
    );
    expect(lines[0]).toMatch(/^lvs\.firewall\.sh: cannot change the rules of nftables: .*No such file or directory/);
    expect(lines.slice(-2)).toEqual(['start 1', '0']);
  });
});
