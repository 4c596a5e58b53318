import { firstMatch } from '../platforms/first-match.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { INIT_SYSTEMS, initSystemOf } from '../platforms/init-systems.ts';
import { type Command, sh } from '../remote/command.ts';

/** Facts of a host that faults depend on. */
export interface FaultFacts {
  /** The init system, whose transient timers can restore the host; undefined where it has none. */
  readonly init: InitSystem | undefined;
  /** The unit whose process listens on the port; undefined when there is none, and `why` says so. */
  readonly unit: string | undefined;
  readonly why: string;
}

/** @param port finds the unit that listens there: the socket names its processes, and their control group names the unit */
export function faultsProbe(port: number | undefined): Command {
  const timers = firstMatch(
    INIT_SYSTEMS,
    ({ id, jobs }) => sh`! command -v ${jobs.program} >/dev/null || echo ${`timers ${id}`}`,
  );
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
  const init = initSystemOf(lines.find((line) => line.startsWith('timers '))?.slice('timers '.length));
  const port = lines.find((line) => line.startsWith('port '))?.slice('port '.length) ?? '';
  const units = [...new Set(lines.filter((line) => line.startsWith('cgroup ')).flatMap(unitsOf))];
  const name = lines.find((line) => line.startsWith('listener '))?.slice('listener '.length);
  const [unit] = units;
  if (unit !== undefined && units.length === 1) return { init, unit, why: '' };
  return { init, unit: undefined, why: whyNoUnit(lines, name, units, port) };
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
