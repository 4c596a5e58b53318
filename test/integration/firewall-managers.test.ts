import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockedBy } from '../../src/desired/firewall.ts';
import { hostFirewall } from '../../src/desired/host-firewall.ts';
import { FIREWALL_PROBE } from '../../src/observe/firewall.ts';
import { sh } from '../../src/remote/command.ts';
import { FIREWALL_SCRIPT } from '../../src/render/names.ts';
import { UNPACK, downloadWithDependencies } from '../support/deb-packages.ts';
import { type Given, HOSTS, NAT, hostWith } from '../support/firewall-host.ts';
import { root as isRoot } from '../support/script-namespace.ts';
import { type ThrowawayRoot, throwawayRoot } from '../support/throwaway-root.ts';

// firewalld and ufw themselves: what they have loaded is observed, opened, loaded again and left as it was.

const BUS = `<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>`;

/** @param backend as firewalld.conf calls it */
const startFirewalld = (backend: string): string => `mkdir -p /run/dbus
sed -i 's/^FirewallBackend=.*/FirewallBackend=${backend}/' /etc/firewalld/firewalld.conf
printf '%s' '${BUS}' > /run/bus.conf
dbus-daemon --config-file=/run/bus.conf --fork
firewalld >/run/firewalld.log 2>&1
left=100; until firewall-cmd -q --state; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.1; done`;

/** As the package does at its installation. */
const START_UFW = `cp /usr/share/ufw/iptables/*.rules /usr/share/ufw/*.init /etc/ufw/
sed 's/^ENABLED=.*/ENABLED=no/' /usr/share/ufw/ufw.conf > /etc/ufw/ufw.conf
cat > /etc/default/ufw <<'CONF'
IPV6=yes
DEFAULT_INPUT_POLICY="DROP"
DEFAULT_OUTPUT_POLICY="ACCEPT"
DEFAULT_FORWARD_POLICY="DROP"
DEFAULT_APPLICATION_POLICY="SKIP"
MANAGE_BUILTINS=no
IPT_MODULES=""
CONF
ufw allow 22/tcp >/dev/null && ufw --force enable >/dev/null`;

/** A client beside this host, which has the addresses of the real server rs1. */
const CLIENT = `unshare --net sleep 60 >/dev/null 2>&1 &
client=$!
until [ "$(readlink /proc/$client/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add eth0 type veth peer name wire netns $client
for address in 192.168.168.102 192.168.168.12; do ip address add $address/24 dev eth0; done
ip link set eth0 up
nsenter -t $client -n sh -c 'ip address add 192.168.168.100/24 dev wire; ip link set wire up'
for port in 22 80 81; do busybox nc -ll -p $port -e true >/dev/null 2>&1 & done
echo $client > /run/client
left=50; until nsenter -t $client -n busybox nc -w 1 192.168.168.102 22 </dev/null; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.1; done`;

/** Whether the client can connect to each place. */
const tries = (places: readonly string[]): string => `for place in ${places.join(' ')}; do
{ nsenter -t $(cat /run/client) -n busybox nc -w 1 \${place%:*} \${place#*:} </dev/null >/dev/null 2>&1 && echo "$place open" || echo "$place closed"; } &
done | sort`;

const TRY = tries(['192.168.168.102:22', '192.168.168.12:80', '192.168.168.102:80', '192.168.168.102:81']);

const CLOSED = [
  '192.168.168.102:22 open',
  '192.168.168.102:80 closed',
  '192.168.168.102:81 closed',
  '192.168.168.12:80 closed',
];
const OPEN = [
  '192.168.168.102:22 open',
  '192.168.168.102:80 open',
  '192.168.168.102:81 closed',
  '192.168.168.12:80 open',
];

interface Manager {
  readonly name: string;
  readonly manager: 'firewalld' | 'ufw';
  readonly start: string;
  readonly reload: string;
  /** Prints the configuration. */
  readonly show: string;
}

const FIREWALLD = `for store in '' --permanent; do
for what in zones policies; do firewall-cmd $store --list-all-$what; done
firewall-cmd $store --direct --get-all-rules
done
nft list tables`;

const MANAGERS: readonly Manager[] = [
  {
    name: 'firewalld by iptables',
    manager: 'firewalld',
    start: startFirewalld('iptables'),
    reload: 'firewall-cmd --reload',
    show: FIREWALLD,
  },
  {
    name: 'ufw',
    manager: 'ufw',
    start: START_UFW,
    reload: 'ufw reload',
    show: 'iptables-save | grep -v "^[#:]"; cat /etc/ufw/*.rules',
  },
];

let root: ThrowawayRoot;

function done(script: string): string {
  const { exitCode, stdout, stderr } = root.run(script);
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** The host with the firewall that it has now. */
const observe = (given: Given) => hostWith(done(FIREWALL_PROBE.script), given);

/** Puts the script there that a deploy would. */
async function writeScript(given: Given): Promise<void> {
  const { cluster, member, state } = await observe(given);
  const text = hostFirewall(cluster, member, state).flatMap((want) =>
    want.kind === 'file' && want.path === FIREWALL_SCRIPT ? [want.text] : [],
  );
  done(sh`printf %s ${text.join('')} > ${FIREWALL_SCRIPT}; chmod 755 ${FIREWALL_SCRIPT}`.script);
}

async function stillBlocked(given: Given): Promise<readonly string[]> {
  const { cluster, member, facts } = await observe(given);
  return blockedBy(cluster, member, facts).map(({ opening, where }) => `${opening.what}: ${where}`);
}

describe.skipIf(!isRoot).each(MANAGERS)('$name', ({ manager, start, reload, show }) => {
  let configured: string;
  const given: Given = { inventory: HOSTS, host: 'rs1' };
  const ports = () => done(TRY).trim().split('\n');

  beforeAll(async () => {
    root = await throwawayRoot(downloadWithDependencies([manager]));
    done(`${UNPACK}\n${start}\n${CLIENT}`);
    configured = done(show);
  });
  afterAll(() => root.end());

  it('is opened for the cluster and for nothing else', async () => {
    expect((await observe(given)).facts.firewall?.manager).toBe(manager);
    expect(ports()).toEqual(CLOSED);
    await writeScript(given);
    done(`${FIREWALL_SCRIPT} start && ${FIREWALL_SCRIPT} start`);
    expect(ports()).toEqual(OPEN);
    expect(await stillBlocked(given)).toEqual([]);
  });

  it('stays open when it loads its rules again', () => {
    done(reload);
    expect(ports()).toEqual(OPEN);
    expect(done(`${FIREWALL_SCRIPT} status`)).toBe('lvs.firewall.sh: running\n');
  });

  it('is as it was after a stop', () => {
    done(`${FIREWALL_SCRIPT} stop`);
    expect(ports()).toEqual(CLOSED);
    expect(done(show)).toBe(configured);
    done(reload);
    expect(ports()).toEqual(CLOSED);
  });
});

/**
 * The real server rs1 behind this host, which passes its replies on. The client reaches it on another way, so that this host
 * sees only replies, as connection tracking does beside IPVS: to it they are invalid.
 */
const BEHIND = `for host in client server; do
unshare --net sleep 60 >/dev/null 2>&1 &
until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
echo $! > /run/$host
done
client=$(cat /run/client) server=$(cat /run/server)
ip link add outside type veth peer name eth0 netns $client
ip link add inside type veth peer name eth0 netns $server
ip link add eth1 netns $client type veth peer name eth1 netns $server
ip address add 10.1.0.1/24 dev outside; ip address add 192.168.168.100/24 dev inside
ip link set outside up; ip link set inside up
ip address add 192.168.168.12/32 dev outside
for port in 80 81; do busybox nc -ll -p $port -e true >/dev/null 2>&1 & done
echo 1 > /proc/sys/net/ipv4/ip_forward
nsenter -t $client -n sh -c 'for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $file; done
ip address add 10.1.0.9/24 dev eth0; ip link set eth0 up; ip link set eth1 up; ip route add 192.168.168.0/24 dev eth1; ip route add 192.168.168.12 via 10.1.0.1'
nsenter -t $server -n sh -c 'ip address add 192.168.168.102/24 dev eth0; ip link set eth0 up; ip link set eth1 up
ip route add default via 192.168.168.100
for port in 80 81; do busybox nc -ll -p $port -e true >/dev/null 2>&1 & done'`;

const CONNECT = tries(['192.168.168.102:80', '192.168.168.102:81', '192.168.168.12:80', '192.168.168.12:81']);

const NOTHING = [102, 12].flatMap((host) => [80, 81].map((port) => `192.168.168.${host}:${port} closed`));
const ONLY_HTTP = NOTHING.map((one) => one.replace(':80 closed', ':80 open'));

describe.skipIf(!isRoot)('firewalld on a director under NAT whose output it restricts', () => {
  const given: Given = { inventory: NAT, manager: 'firewalld' };
  const connect = () => done(CONNECT).trim().split('\n');
  const POLICIES = 'firewall-cmd --permanent --get-policies; firewall-cmd --permanent --list-all-zones';

  beforeAll(async () => {
    root = await throwawayRoot(downloadWithDependencies(['firewalld']));
    done(`${UNPACK}
${startFirewalld('nftables')}
policy() { firewall-cmd -q --permanent "$@"; }
policy --new-policy=quiet && policy --policy=quiet --add-ingress-zone=HOST && policy --policy=quiet --add-egress-zone=ANY
policy --policy=quiet --set-target=DROP
# Without IPVS this host answers for the virtual address itself.
policy --policy=quiet --add-rich-rule='rule family="ipv4" source-port port="80" protocol="tcp" accept' && firewall-cmd -q --reload
${BEHIND}`);
  });
  afterAll(() => root.end());

  it('is not reloaded while it has settings that would be lost', async () => {
    expect(connect()).toEqual(NOTHING);
    await writeScript(given);
    done('firewall-cmd -q --add-port=2222/tcp');
    const { exitCode, stderr } = root.run(`${FIREWALL_SCRIPT} start`);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('runtime only. Keep them with `firewall-cmd')]);
    expect(done('firewall-cmd --list-ports')).toBe('2222/tcp\n');
    done('firewall-cmd -q --remove-port=2222/tcp');
  });

  it('lets replies of real servers pass, and what the director sends', async () => {
    done(`${FIREWALL_SCRIPT} start`);
    expect(connect()).toEqual(ONLY_HTTP);
    expect(await stillBlocked(given)).toEqual([]);
    done('firewall-cmd --reload');
    expect(connect()).toEqual(ONLY_HTTP);
    expect(done(`${FIREWALL_SCRIPT} status`)).toBe('lvs.firewall.sh: running\n');
  });

  it('has no policy of lvsctl after a stop', () => {
    done(`${FIREWALL_SCRIPT} stop`);
    expect(connect()).toEqual(NOTHING);
    expect(done(POLICIES)).not.toContain('lvsctl');
  });
});
