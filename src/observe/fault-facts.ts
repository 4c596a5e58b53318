import { type Command, sh } from '../remote/command.ts';

/** Facts of a host that faults depend on. */
export interface FaultFacts {
  /** Whether transient timers can restore the host. */
  readonly timers: boolean;
  /** The unit whose process listens on the port; undefined when there is none, and `why` says so. */
  readonly unit: string | undefined;
  readonly why: string;
}

/** @param port finds the unit that listens there: the socket names its processes, and their control group names the unit */
export function faultsProbe(port: number | undefined): Command {
  const timers = sh`[ ! -d /run/systemd/system ] || ! command -v systemd-run >/dev/null || echo timers`;
  if (port === undefined) return timers;
  return sh`${timers}
echo ${`port ${port}`}
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
for pid in $(ss -ltnp ${`sport = :${port}`} | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
  echo "listener $(cat "/proc/$pid/comm")"
  sed 's/^/cgroup /' "/proc/$pid/cgroup"
done`;
}

/** Undefined when not observed. */
export function parseFaults(output: string | undefined): FaultFacts | undefined {
  if (output === undefined) return undefined;
  const lines = output.split('\n');
  const timers = lines.includes('timers');
  const port = lines.find((line) => line.startsWith('port '))?.slice('port '.length) ?? '';
  const units = [...new Set(lines.filter((line) => line.startsWith('cgroup ')).flatMap(unitOf))];
  const name = lines.find((line) => line.startsWith('listener '))?.slice('listener '.length);
  const [unit] = units;
  if (unit !== undefined && units.length === 1) return { timers, unit, why: '' };
  return { timers, unit: undefined, why: whyNoUnit(lines, name, units, port) };
}

function whyNoUnit(lines: readonly string[], name: string | undefined, units: readonly string[], port: string): string {
  if (lines.includes('no ss')) return `it has no \`ss\`, so the listener on port ${port} is unknown`;
  if (name === undefined) return `nothing listens on port ${port}`;
  if (units.length > 1) return `several units listen on port ${port}: ${units.join(', ')}`;
  return `${name}, which listens on port ${port}, is not a systemd service`;
}

/**
 * The service of one line of /proc/PID/cgroup: the last part of the path, or the last service of it when the service
 * has groups of its own. What runs in a scope (a container, a login) is not a service, wherever that scope is.
 */
function unitOf(line: string): readonly string[] {
  const [, controllers = '', path = ''] = /^cgroup \d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers !== '' && controllers !== 'name=systemd') return [];
  const parts = path.split('/');
  const service = parts.findLast((part) => part.endsWith('.service') && !part.startsWith('user@'));
  if (service === undefined || parts.slice(parts.indexOf(service)).some((part) => part.endsWith('.scope'))) return [];
  return [service];
}
