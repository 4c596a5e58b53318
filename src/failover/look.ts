import { type Command, sh } from '../remote/command.ts';

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
