import { firstMatch } from '../platforms/first-match.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { INIT_SYSTEMS, initSystemOf } from '../platforms/init-systems.ts';
import { type Command, sh } from '../remote/command.ts';
import { parseListeners } from './listeners.ts';

/** Facts of a host that faults depend on. */
export interface FaultFacts {
  /** The init system, whose transient timers can restore the host; undefined where it has none. */
  readonly init: InitSystem | undefined;
  /** The unit whose process listens on the port; undefined when there is none, and `why` says so. */
  readonly unit: string | undefined;
  readonly why: string;
}

/** A web server: it listens on all addresses or on one of these. */
export interface WebListener {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Finds the units that listen on the port: a socket names its processes, and their control group names the unit. */
export function faultsProbe(
  listener: WebListener | undefined,
  initSystems: readonly InitSystem[] = INIT_SYSTEMS,
): Command {
  const timers = firstMatch(
    initSystems,
    ({ id, jobs }) => sh`! command -v ${jobs.program} >/dev/null || echo ${`timers ${id}`}`,
  );
  if (listener === undefined) return timers;
  const { port, addresses } = listener;
  return sh`${timers}
echo ${['port', port, ...addresses].join(' ')}
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
ss -ltnp ${`sport = :${port}`} | while read -r state received sent place rest; do
  echo "socket $state $received $sent $place"
  for pid in $(printf '%s\\n' "$rest" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
    echo "listener $(cat "/proc/$pid/comm")"
    { ${firstMatch(initSystems, ({ membership }) => membership)}
    } | sed 's/^/cgroup /'
  done
done`;
}

/** Undefined when not observed. */
export function parseFaults(output: string | undefined): FaultFacts | undefined {
  if (output === undefined) return undefined;
  const lines = output.split('\n');
  const after = (prefix: string): string | undefined =>
    lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  const init = initSystemOf(after('timers '));
  const [port = '', ...addresses] = (after('port ') ?? '').split(' ');
  const sockets = listenersOf(lines, new Set(['0.0.0.0', '::', ...addresses]));
  const units = [...new Set(sockets.filter((line) => line.startsWith('cgroup ')).flatMap(unitsOf))];
  const name = sockets.find((line) => line.startsWith('listener '))?.slice('listener '.length);
  const [unit] = units;
  if (unit !== undefined && units.length === 1) return { init, unit, why: '' };
  return { init, unit: undefined, why: whyNoUnit(lines, name, units, port) };
}

/** The lines of the sockets that take connections to one of the addresses. */
function listenersOf(lines: readonly string[], addresses: ReadonlySet<string>): readonly string[] {
  let taken = false;
  return lines.filter((line) => {
    if (line.startsWith('socket '))
      taken = parseListeners(line.slice('socket '.length)).some(({ address }) => addresses.has(address));
    return taken;
  });
}

function whyNoUnit(lines: readonly string[], name: string | undefined, units: readonly string[], port: string): string {
  if (lines.includes('no ss')) return `it has no \`ss\`, so the listener on port ${port} is unknown`;
  if (name === undefined) return `nothing listens on port ${port}`;
  if (units.length > 1) return `several units listen on port ${port}: ${units.join(', ')}`;
  return `${name}, which listens on port ${port}, is not a service of an init system`;
}

function unitsOf(line: string): readonly string[] {
  return INIT_SYSTEMS.flatMap((init) => init.unitOf(line.slice('cgroup '.length)) ?? []);
}
