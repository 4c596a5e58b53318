import { type Command, sh } from '../remote/command.ts';
import { secondsToMs } from './clock.ts';

/** Where a host keeps what a test needs there; gone with a reboot, as the faults are. */
export const STATE_DIR = '/run/lvsctl-failover';

/**
 * Watches a director until it is told to stop, its connection is lost or `seconds` are over: when addresses come and
 * go (told by the kernel as it happens, with the host's clock), and four times a second the table of virtual servers.
 * What it prints it also keeps in a file, because a director whose cable is cut can only tell later.
 * A beat each second tells the host's time, and ends the script when nobody listens any more.
 */
export function watchDirector(seconds: number): Command {
  return sh`mkdir -p -m 700 ${STATE_DIR}
watch() {
  ip -ts -o monitor address &
  monitor=$!
  trap 'kill "$monitor" 2>/dev/null' EXIT
  trap 'exit 1' HUP INT PIPE TERM
  sleep 0.1
  ip -o addr show | sed 's/^/now /'
  ${beats(seconds, readTable)}
}
export TZ=UTC0
watch 2>/dev/null | tee -a ${`${STATE_DIR}/watch`}`;
}

/** Watches on the client which hardware address stands for the virtual one. */
export function watchClient(vip: string, seconds: number): Command {
  return sh`export TZ=UTC0
ip -ts -o monitor neigh 2>/dev/null &
monitor=$!
trap 'kill "$monitor" 2>/dev/null' EXIT
trap 'exit 1' HUP INT PIPE TERM
ip -o neigh show to ${vip} | sed 's/^/now /'
${beats(seconds, sh`:`)}`;
}

/** Reads the table with the shell's own means: no process is started for it. */
const readTable = sh`  table= service=
    [ ! -r /proc/net/ip_vs ] || while read -r kind address forward weight rest; do
      case $kind in
        TCP) service=$address ;;
        '->') table="$table $service/$address/$weight" ;;
      esac
    done </proc/net/ip_vs
    [ "$table" = "$before" ] || echo "table$table"
    before=$table`;

function beats(seconds: number, each: Command): Command {
  return sh`tick=0 before=none
  while [ "$tick" -lt ${seconds * 4} ]; do
  ${each}
    [ $((tick % 4)) -ne 0 ] || echo "beat $(date +%s.%N)" || exit 1
    tick=$((tick + 1))
    sleep 0.25
  done`;
}

/** What a watched host said, on its own clock where it has a stamp. */
export type WatchLine =
  | { readonly kind: 'beat'; readonly stampMs: number }
  | { readonly kind: 'address'; readonly stampMs: number | undefined; readonly address: string; readonly gone: boolean }
  | { readonly kind: 'neighbour'; readonly stampMs: number | undefined; readonly address: string; readonly mac: string }
  | { readonly kind: 'table'; readonly entries: readonly TableEntry[] };

export interface TableEntry {
  /** As the kernel writes them: hexadecimal address and port. */
  readonly service: string;
  readonly server: string;
  readonly weight: number;
}

/** Reads a line of either watch; undefined for one that says nothing of interest. Addresses on lo are left out: a real server has the virtual address there. */
export function parseWatchLine(line: string): WatchLine | undefined {
  if (line.startsWith('beat ')) {
    const stampMs = secondsToMs(line.slice(5).trim());
    return stampMs === undefined ? undefined : { kind: 'beat', stampMs };
  }
  if (line.startsWith('table')) return { kind: 'table', entries: line.slice(5).trim().split(' ').flatMap(tableEntry) };
  const stamped = /^(?:\[(?<stamp>[^\]]+)\]|now) *(?<gone>Deleted )?(?<rest>.*)$/.exec(line)?.groups;
  if (stamped === undefined) return undefined;
  const { stamp, gone, rest = '' } = stamped;
  const stampMs = stamp === undefined ? undefined : Date.parse(`${stamp}Z`);
  const address = /^\d+: (?<dev>\S+) +inet6? (?<address>[^ /]+)/.exec(rest)?.groups;
  if (address?.['address'] !== undefined && address['dev'] !== 'lo')
    return { kind: 'address', stampMs, address: address['address'], gone: gone !== undefined };
  const neighbour = /^(?<address>\S+) dev \S+ lladdr (?<mac>\S+)/.exec(rest)?.groups;
  if (neighbour?.['address'] !== undefined && neighbour['mac'] !== undefined && gone === undefined)
    return { kind: 'neighbour', stampMs, address: neighbour['address'], mac: neighbour['mac'].toLowerCase() };
  return undefined;
}

function tableEntry(text: string): readonly TableEntry[] {
  const [service = '', server = '', weight = ''] = text.split('/');
  return /^\d+$/.test(weight) ? [{ service, server, weight: Number(weight) }] : [];
}

/** An IPv4 address and port as /proc/net/ip_vs writes them; undefined for IPv6, which is written otherwise. */
export function kernelEndpoint(address: string, port: number): string | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  return `${parts.map((part) => hex(part, 2)).join('')}:${hex(port, 4)}`;
}

/** What the watch of a director has said so far, for when its connection was dead meanwhile. */
export function recallWatch(): Command {
  return sh`[ ! -r ${`${STATE_DIR}/watch`} ] || grep -v '^beat ' ${`${STATE_DIR}/watch`}
${tellTime()}`;
}

/** Beats to learn a host's clock by. */
export function tellTime(): Command {
  return sh`for beat in 1 2 3; do echo "beat $(date +%s.%N)"; done`;
}
