import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ARTICLE } from '../../src/lab/article.ts';
import { labPaths } from '../../src/lab/paths.ts';
import { ROOT, lvsctl, onHost } from './lab.ts';

/**
 * Measures how evenly a master advertises from its systemd unit, with its table in the kernel, while its real servers
 * misbehave and a thousand more flap. Runs on dr1 of a lab where the agent is deployed.
 */

/** The control namespace of the lab, and the VIP of its cluster. */
const SERVER = ARTICLE.segments[0]?.control[0]?.replace(/\/.*/, '') ?? '';
const [VIP = ''] = ARTICLE.vips;
const DIRECTOR = '192.168.168.100';

/** Prints "GAPS LONGEST" for the advertisements of a director. */
const LISTENER = `use strict; use Socket qw(:all);
my ($from, $seconds) = @ARGV;
socket(my $s, PF_INET, SOCK_RAW, 112) or die;
setsockopt($s, IPPROTO_IP, IP_ADD_MEMBERSHIP, pack_ip_mreq(inet_aton("224.0.0.18"), inet_aton("192.168.168.200"))) or die;
my ($count, $last, $most, $first) = (0);
while (!defined $first || $last - $first < $seconds) {
  my $peer = recv($s, my $packet, 2000, 0) or die;
  next if inet_ntoa((sockaddr_in($peer))[1]) ne $from;
  # SIOCGSTAMP
  my $stamp = pack("q2", 0, 0); ioctl($s, 0x8906, $stamp) or die; my ($whole, $micro) = unpack("q2", $stamp);
  my $at = $whole + $micro / 1e6; $first //= $at;
  if (defined $last) { my $gap = $at - $last; $count++; $most = $gap if !defined $most || $gap > $most; }
  $last = $at;
}
printf "%d %.6f\\n", $count, $most;
`;

/** Prints the maximum delay of a clock in seconds. */
const CLOCK = `use strict; use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC sleep);
my $now = clock_gettime(CLOCK_MONOTONIC); my $end = $now + $ARGV[0]; my $due = $now; my $late = 0;
while ($due < $end) {
  $due += 0.01; $now = clock_gettime(CLOCK_MONOTONIC); sleep($due - $now) if $due > $now;
  $now = clock_gettime(CLOCK_MONOTONIC); $late = $now - $due if $now - $due > $late; $due = $now if $now > $due;
}
printf "%.6f\\n", $late;
`;

const http = (port: number, expected: string): string => `  real_server ${SERVER} ${port} {
    HTTP_GET {
      retry 0
      connect_timeout 5
      url {
        path /
        ${expected}
      }
    }
  }
`;

const virtualServer = (port: number, realServers: string): string => `virtual_server 10.9.0.1 ${port} {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
${realServers}}
`;

const ODD = virtualServer(
  80,
  [
    http(8001, 'regex "<title>.*OK.*</title>"'),
    http(8002, String.raw`regex "^(\\w+\\s?)*$"`),
    http(8003, String.raw`regex "^(\\w+\\s?)*$"`),
    http(8004, 'regex "[ab]*a[ab]{200}c"'),
    http(8005, 'regex "<+$"'),
    http(8006, 'regex "x"'),
    http(8007, 'regex "x"'),
    http(8008, 'digest 5d41402abc4b2a76b9719d911017c592'),
    `  real_server ${SERVER} 8009 {\n    SMTP_CHECK {\n      retry 0\n      connect_timeout 5\n    }\n  }\n`,
  ].join(''),
);

const FLAPPING = Array.from({ length: 10 }, (_, group) =>
  virtualServer(
    8000 + group,
    Array.from(
      { length: 100 },
      (__, index) =>
        `  real_server 10.78.${group}.${index + 1} 80 {\n    TCP_CHECK {\n      retry 0\n      connect_timeout 1\n    }\n  }\n`,
    ).join(''),
  ),
).join('');

/** Virtual servers of keepalived.conf, by the behaviour of their real servers. */
export const LOADS = {
  'no real servers': '',
  'the worst answers': ODD,
  '1,000 flapping': FLAPPING,
  both: ODD + FLAPPING,
} as const;

const configuration = (advertInt: number, load: string): string => `global_defs {
  vrrp_rt_priority 50
  vrrp_version 3
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 200
  advert_int ${advertInt}
  virtual_ipaddress {
    ${VIP}
  }
}
${load}`;

/** Runs the real servers in the namespace of the lab's client, so that they do not load the lab's kernel. */
export async function startRealServers(lab: string): Promise<{ readonly stop: () => Promise<void> }> {
  const inControl = (...command: readonly string[]) =>
    spawn('nsenter', [`--net=${labPaths(lab).controlNamespace}`, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const route = async (verb: string): Promise<void> => {
    await once(inControl('ip', 'route', verb, 'local', '10.78.0.0/16', 'dev', 'lo'), 'close');
  };
  await route('replace');
  await onHost('dr1', `ip route replace 10.78.0.0/16 via ${SERVER}`, lab);
  const server = inControl(process.execPath, path.join(ROOT, 'test/support/hostile-server.js'));
  await once(server.stdout, 'data');
  return {
    stop: async () => {
      server.kill();
      await route('del');
      await onHost('dr1', 'ip route del 10.78.0.0/16', lab);
    },
  };
}

async function put(lab: string, host: string, file: string, text: string): Promise<void> {
  const { exitCode, output } = await lvsctl(
    ['lab', 'exec', '--name', lab, host, '--', 'sh', '-c', `umask 077; cat > ${file}.new && mv ${file}.new ${file}`],
    { input: text },
  );
  if (exitCode !== 0) throw new Error(output);
}

export interface Steadiness {
  readonly gaps: number;
  /** Seconds between two advertisements, by kernel timestamps on the client. */
  readonly longest: number;
  /**
   * Delay in seconds of a clock in the same kernel that wakes every 10 ms with a higher real-time priority: the time
   * for which the machine stalled the whole lab, regardless of the agent.
   */
  readonly stolen: number;
  /** Number of real servers that went up or down, each a change of the kernel's table. */
  readonly changes: number;
}

/** Installs another configuration on dr1, without restoring it. @param load of `LOADS` */
export async function measureSteadiness(
  lab: string,
  { advertInt, load, seconds }: { readonly advertInt: number; readonly load: string; readonly seconds: number },
): Promise<Steadiness> {
  await put(lab, 'c1', '/run/listener.pl', LISTENER);
  await put(lab, 'dr1', '/run/clock.pl', CLOCK);
  await put(lab, 'dr1', '/etc/keepalived/keepalived.conf', configuration(advertInt, load));
  await onHost('dr1', 'systemctl restart lvs-agent', lab);
  await onHost('dr1', `until ip -o address show to ${VIP} | grep -q .; do sleep 0.1; done; sleep 3`, lab);
  const invocation = '_SYSTEMD_INVOCATION_ID=$(systemctl show -p InvocationID --value lvs-agent)';
  const [adverts, late] = await Promise.all([
    onHost('c1', `chrt -f 70 perl /run/listener.pl ${DIRECTOR} ${seconds}`, lab),
    onHost('dr1', `chrt -f 80 perl /run/clock.pl ${seconds + advertInt}`, lab),
  ]);
  const changed = 'real server \\S+ of \\S+ is (up|down)';
  const changes = await onHost('dr1', `journalctl -b -o cat ${invocation} | grep -cE '${changed}' || :`, lab);
  const [gaps, longest] = adverts.split(' ');
  return { gaps: Number(gaps), longest: Number(longest), stolen: Number(late), changes: Number(changes) };
}
