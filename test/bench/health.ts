// Compares the cost of checking many real servers with keepalived, in the same kernel and against the same host: CPU
// time and memory of all processes, check rate as seen by the real server, and late checks.
//
//   node test/bench/run.js health [REAL SERVERS] [SECONDS]
//
// Runs on a director of the lab, which has IPVS: the one in LVSCTL_TEST_LAB, or a new one.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Engine,
  ENGINES,
  makeNamespaces,
  PLACE,
  put,
  putAgent,
  removeNamespaces,
  startEngine,
  stopEngine,
} from '../lab/kernel-truth/engines.ts';
import { openTypedShell, type TypedShell } from '../lab/kernel-truth/typed-shell.ts';
import { setup } from '../lab/setup.ts';
import { LAB, deployed, labUp } from '../support/lab.ts';

const REALS = Number(process.argv[2] ?? 1000);
const SECONDS = Number(process.argv[3] ?? 30);
/** Time for an engine to load its configuration, set up the table and spread its checks. */
const WARM_SECONDS = 12;
const LATE_MS = 100;
const PORT = 8099;

/** All real servers are addresses of one host behind one socket, distinguished by the local address of a connection. */
const SERVER = `use strict; use Socket; use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
my ($port, $warm, $seconds, $late) = @ARGV;
socket(my $s, PF_INET, SOCK_STREAM, 0) or die; setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in($port, INADDR_ANY)) or die "bind: $!"; listen($s, 4096) or die;
my $from = clock_gettime(CLOCK_MONOTONIC) + $warm; my $to = $from + $seconds;
my (%last, @gaps); my $count = 0;
$SIG{ALRM} = sub { report() }; alarm($warm + $seconds + 1);
while (accept(my $c, $s)) {
  my $at = clock_gettime(CLOCK_MONOTONIC); my $who = getsockname($c); close $c;
  last if $at > $to;
  next if $at < $from;
  $count++; push @gaps, 1000 * ($at - $last{$who}) if exists $last{$who}; $last{$who} = $at;
}
report();
sub report {
  @gaps = sort { $a <=> $b } @gaps; my $of = scalar @gaps || 1;
  printf "%d %d %d %.1f %.1f %.1f\\n", $count, scalar keys %last, scalar(grep { $_ > 1000 + $late } @gaps),
    $gaps[$of * 0.5] // 0, $gaps[$of * 0.99] // 0, $gaps[-1] // 0;
  exit 0;
}
`;

const addressOf = (index: number): string => `10.99.${index >> 8}.${index & 255}`;

const CONF = `virtual_server 10.9.0.1 ${PORT} {
  delay_loop 1
  lb_algo rr
  lb_kind DR
  protocol TCP
${Array.from(
  { length: REALS },
  (_, index) => `  real_server ${addressOf(index)} ${PORT} {
    TCP_CHECK {
      connect_timeout 3
    }
  }
`,
).join('')}}
`;

interface Cost {
  /** Milliseconds. */
  readonly cpu: number;
  /** KiB. */
  readonly memory: number;
}

/** Totals of all processes of an engine. */
async function costOf(shell: TypedShell, engine: Engine): Promise<Cost> {
  const output = await shell.run(`for pid in $(ip netns pids truth-${engine}); do
read -r run wait slices < /proc/$pid/schedstat; echo cpu $run
awk '/^Pss:/ { print "memory", $2 }' /proc/$pid/smaps_rollup; done`);
  const sum = (word: string): number =>
    [...output.matchAll(new RegExp(`^${word} (\\d+)`, 'gm'))].reduce((total, [, value]) => total + Number(value), 0);
  return { cpu: sum('cpu') / 1e6, memory: sum('memory') };
}

interface Measured extends Cost {
  readonly checks: number;
}

async function measure(director: TypedShell, real: TypedShell, engine: Engine): Promise<Measured> {
  const served = real.run(`ulimit -n 4096; perl ${PLACE}-server.pl ${PORT} ${WARM_SECONDS} ${SECONDS} ${LATE_MS}`);
  await startEngine(director, engine);
  await sleep(WARM_SECONDS * 1000);
  const before = await costOf(director, engine);
  await sleep(SECONDS * 1000);
  const after = await costOf(director, engine);
  const [count = 0, seen = 0, late = 0, median = 0, most = 0, longest = 0] = (await served)
    .trim()
    .split(' ')
    .map(Number);
  const table = (await director.run(`ip netns exec truth-${engine} ipvsadm -Sn | grep -c -- ' -r '`)).trim();
  await stopEngine(director, engine);
  const cpu = (after.cpu - before.cpu) / SECONDS;
  const checks = count / SECONDS;
  console.log(
    `  ${engine.padEnd(11)} ${cpu.toFixed(1)} ms of processor time per second, ${(after.memory / 1024).toFixed(1)} MiB, ` +
      `${checks.toFixed(1)} checks per second of ${seen} real servers (${table} in the table); ` +
      `between two of one: median ${median} ms, 99 of 100 at most ${most} ms, longest ${longest} ms, ${late} of ${count} later than ${LATE_MS} ms`,
  );
  return { cpu, memory: after.memory, checks };
}

const down = await setup();
const shells: TypedShell[] = [];
try {
  await labUp(LAB);
  await deployed();
  const director = openTypedShell('dr1');
  const real = openTypedShell('rs1');
  shells.push(director, real);
  await makeNamespaces(director);
  await putAgent(director, `${PLACE}/lvs-agent`);
  await put(director, `${PLACE}/keepalived.conf`, Buffer.from(CONF));
  await put(real, `${PLACE}-server.pl`, Buffer.from(SERVER));
  await real.run('ip route replace local 10.99.0.0/16 dev lo');
  for (const engine of ENGINES) await director.run(`ip -n truth-${engine} route add 10.99.0.0/16 via 192.168.168.102`);
  console.log(`${REALS} real servers, a TCP_CHECK of each every second, for ${SECONDS} s`);
  const agent = await measure(director, real, 'agent');
  const keepalived = await measure(director, real, 'keepalived');
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  console.log(
    `  agent : keepalived  processor time ${ratio(agent.cpu, keepalived.cpu)}, per check ${ratio(agent.cpu / agent.checks, keepalived.cpu / keepalived.checks)}, memory ${ratio(agent.memory, keepalived.memory)}, checks ${ratio(agent.checks, keepalived.checks)}`,
  );
} finally {
  const [director, real] = shells;
  if (director !== undefined) await removeNamespaces(director);
  if (real !== undefined) await real.run(`ip route del local 10.99.0.0/16 dev lo; rm -f ${PLACE}-server.pl`);
  for (const shell of shells) await shell.close();
  await down();
}
