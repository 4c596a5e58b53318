import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fence } from '../apply/lease.ts';
import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Hosts } from './hosts.ts';
import { cleanUp } from './put-back.ts';
import type { Recorder } from './recorder.ts';
import type { FailoverEvent } from './report.ts';
import { reportUptime } from './watch.ts';

/** Units of the daemons that may hold the VIP on a director; the first active one counts. */
const ENGINES = ['keepalived', 'lvs-agent'] as const;

/** What a director fault depends on. */
export interface DirectorFacts {
  /** The active unit; undefined when there is none. */
  readonly engine: string | undefined;
  /** False where no transient timer can undo a fault. */
  readonly systemd: boolean;
  /** The interface that holds the director's own address. */
  readonly interface: string | undefined;
  /** Hardware addresses of all its interfaces. */
  readonly macs: readonly string[];
}

export function probeDirector(): Command {
  return sh`for unit in ${ENGINES}; do echo "unit $unit $(systemctl is-active "$unit" 2>/dev/null)"; done
[ ! -d /run/systemd/system ] || ! command -v systemd-run >/dev/null || echo systemd
ip -o -4 addr show | sed 's/^/address /'
ip -o link show | sed 's/^/link /'`;
}

export function parseDirector(stdout: string, address: string): DirectorFacts {
  const lines = stdout.split('\n');
  const holder = lines
    .map((line) => /^address \d+: (?<dev>\S+) +inet (?<address>[^ /]+)/.exec(line)?.groups)
    .find((groups) => groups?.['address'] === address);
  return {
    engine: ENGINES.find((unit) => lines.includes(`unit ${unit} active`)),
    systemd: lines.includes('systemd'),
    interface: holder?.['dev'],
    macs: lines.flatMap((line) => /^link .* link\/ether (?<mac>\S+)/.exec(line)?.groups?.['mac']?.toLowerCase() ?? []),
  };
}

/** What a real server fault depends on. */
export interface RealServerFacts {
  /** The unit whose process listens on the port; undefined when there is none, with the reason in `why`. */
  readonly unit: string | undefined;
  readonly systemd: boolean;
  readonly why: string;
}

/** Finds the unit that listens on a port: the socket names its processes, and their control group names the unit. */
export function probeRealServer(port: number): Command {
  return sh`[ ! -d /run/systemd/system ] || ! command -v systemd-run >/dev/null || echo systemd
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
for pid in $(ss -ltnp ${`sport = :${port}`} | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
  echo "listener $(cat "/proc/$pid/comm")"
  sed 's/^/cgroup /' "/proc/$pid/cgroup"
done`;
}

export function parseRealServer(stdout: string, port: number): RealServerFacts {
  const lines = stdout.split('\n');
  const units = [...new Set(lines.filter((line) => line.startsWith('cgroup ')).flatMap(unitOf))];
  const name = lines.find((line) => line.startsWith('listener '))?.slice('listener '.length);
  const systemd = lines.includes('systemd');
  const [unit] = units;
  if (unit !== undefined && units.length === 1) return { unit, systemd, why: '' };
  return { unit: undefined, systemd, why: whyNoUnit(lines, name, units, port) };
}

function whyNoUnit(lines: readonly string[], name: string | undefined, units: readonly string[], port: number): string {
  if (lines.includes('no ss')) return `it has no \`ss\`, so the listener on port ${port} is unknown`;
  if (name === undefined) return `nothing listens on port ${port}`;
  if (units.length > 1) return `several units listen on port ${port}: ${units.join(', ')}`;
  return `${name}, which listens on port ${port}, is not a systemd service`;
}

/**
 * The service in a line of /proc/PID/cgroup: the last service in the path, because a service may have groups of its own.
 * A process in a scope (a container, a login) belongs to no service, wherever that scope is.
 */
function unitOf(line: string): readonly string[] {
  const [, controllers = '', path = ''] = /^cgroup \d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers !== '' && controllers !== 'name=systemd') return [];
  const parts = path.split('/');
  const service = parts.findLast((part) => part.endsWith('.service') && !part.startsWith('user@'));
  if (service === undefined || parts.slice(parts.indexOf(service)).some((part) => part.endsWith('.scope'))) return [];
  return [service];
}

/** Facts of each director and of each real server of the service, by host name. */
export interface HostFacts {
  readonly directors: ReadonlyMap<string, DirectorFacts>;
  readonly realServers: ReadonlyMap<string, RealServerFacts>;
}

/**
 * Undoes what a killed run left behind, which only the holder of the lock may do, and probes every director and real
 * server: one round trip each.
 * @throws Failure of a host that cannot be probed.
 */
export async function gatherFacts(
  cluster: Cluster,
  service: VirtualServer,
  { nonce }: Pick<ClusterLock, 'nonce'>,
  hosts: Hosts,
  recorder: Recorder,
  report: (event: FailoverEvent) => void,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HostFacts> {
  const cleaned = (host: string, stdout: string): void => {
    const faults = stdout.split('\n').flatMap((line) => (line.startsWith('left ') ? [line.slice(5)] : []));
    if (faults.length > 0) report({ kind: 'cleaned-up', host, faults });
  };
  // Directors come first: a host with both roles must not run two clean-ups at once.
  const directors = await Promise.all(
    cluster.directors.map(async ({ name, address }) => {
      const { stdout } = await hosts.run(name, lines([fence(nonce), cleanUp(), probeDirector()]), timeoutMs, signal, {
        onGiveUp: 'leave',
      });
      cleaned(name, stdout);
      return [name, parseDirector(stdout, address)] as const;
    }),
  );
  const realServers = await Promise.all(
    service.pool.map(async ({ name, port }) => {
      const script = lines([fence(nonce), cleanUp(), reportUptime(), probeRealServer(port)]);
      const onLine = (line: string): void => recorder.watch(name, line);
      const { stdout } = await hosts.run(name, script, timeoutMs, signal, { onLine, onGiveUp: 'leave' });
      cleaned(name, stdout);
      return [name, parseRealServer(stdout, port)] as const;
    }),
  );
  return { directors: new Map(directors), realServers: new Map(realServers) };
}
