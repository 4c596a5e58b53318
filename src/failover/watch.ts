import type { Endpoint, VirtualServer } from '../inventory/cluster.ts';
import { familyOf } from '../keepalived/text/address.ts';
import { type Command, sh } from '../remote/command.ts';
import { hexAddress, hexPort } from '../resources/ipvs-table.ts';
import { secondsToMs } from './clock.ts';
import type { Place } from './fault.ts';
import { makeStateFolder, STATE_DIR } from './state-folder.ts';

/**
 * Watches a director until it is stopped, its connection is lost, or `seconds` have passed: address changes as the kernel
 * reports them, and the IPVS table four times a second. The output also goes to a file, because a director without its
 * cable can only report later. A beat each second carries the host's uptime, and ends the script when its output is
 * closed.
 */
export function watchDirector(seconds: number): Command {
  return sh`${makeStateFolder()}
watch() {
  ${monitor(sh`address`, sh`ip -o addr show`)}
  ${beats(
    seconds,
    sh`${readTable}
    poll`,
  )}
}
watch 2>/dev/null | tee -a ${`${STATE_DIR}/watch`}`;
}

/** Watches on the client which hardware address the VIP resolves to. */
export function watchClient(vip: string, seconds: number): Command {
  return sh`{
  ${monitor(sh`neigh`, sh`ip -o ${familyOf(vip) === 'ipv6' ? '-6' : '-4'} neigh show to ${vip}`)}
  ${beats(seconds, sh`poll`)}
} 2>/dev/null`;
}

/**
 * Prints what `list` lists, and then what the kernel reports, stamped with the uptime when it is read; `ip -ts` stamps with
 * the time of day, which may be set during a test. The first line is the process ID of `ip`, so that the reader can stop
 * it. The ip of busybox cannot monitor: there `poll` compares what is listed with each beat.
 */
function monitor(object: Command, list: Command): Command {
  return sh`list() { ${list}; }
  poll() {
    [ -z "$monitor" ] && current=$(list) && [ "$current" != "$listed" ] || return 0
    read -r uptime idle </proc/uptime
    printf '%s\\n' "$listed" | grep -vxFe "$current" | sed "s/^/[$uptime] Deleted /"
    printf '%s\\n' "$current" | grep -vxFe "$listed" | sed "s/^/[$uptime] /"
    listed=$current
  }
  monitor=
  if ip -V >/dev/null; then
  sh -c 'echo $$; exec ip -o monitor ${object}' | {
    read -r process
    trap 'kill "$process"' EXIT
    trap 'exit 1' HUP INT PIPE TERM
    while read -r line; do
      read -r uptime idle </proc/uptime
      echo "[$uptime] $line" || exit 1
    done
  } &
  monitor=$!
  trap 'kill "$monitor"' EXIT
  sleep 0.1
  fi
  trap 'exit 1' HUP INT PIPE TERM
  listed=$(list)
  printf '%s\\n' "$listed" | sed 's/^/now /'`;
}

/** Prints the table when it has changed; with shell builtins only, to start no process. */
export const readTable = sh`  table= service=
    [ ! -r /proc/net/ip_vs ] || while read -r kind address forward weight rest; do
      case $kind in
        TCP | FWM) service=$address ;;
        '->') [ -z "$service" ] || table="$table $service/$address/$weight" ;;
        *) service= ;;
      esac
    done </proc/net/ip_vs
    [ "$table" = "$before" ] || echo "table$table"
    before=$table`;

function beats(seconds: number, each: Command): Command {
  return sh`tick=0 before=none
  while [ "$tick" -lt ${seconds * 4} ]; do
  ${each}
    [ $((tick % 4)) -ne 0 ] || ${beat()} || exit 1
    tick=$((tick + 1))
    sleep 0.25
  done`;
}

/** A line of a watched host; stamps are milliseconds of its uptime. */
export type WatchLine =
  | { readonly kind: 'beat'; readonly stampMs: number; readonly boot: string }
  | { readonly kind: 'address'; readonly stampMs: number | undefined; readonly address: string; readonly gone: boolean }
  | { readonly kind: 'neighbour'; readonly stampMs: number | undefined; readonly address: string; readonly mac: string }
  | { readonly kind: 'table'; readonly entries: readonly TableEntry[] };

export interface TableEntry {
  /** As /proc/net/ip_vs writes them: address and port, or mark, in hexadecimal. */
  readonly service: string;
  readonly server: string;
  readonly weight: number;
}

/** A real server has the VIP on one of these devices, and so has a backup director that is a real server too. */
const OF_REAL_SERVERS = /^(?:lo$|lvs-tun)/;

/** Parses a line of either watch; undefined for other lines. */
export function parseWatchLine(line: string): WatchLine | undefined {
  if (line.startsWith('beat ')) {
    const [, stamp = '', boot = ''] = line.split(' ');
    const stampMs = secondsToMs(stamp);
    return stampMs === undefined ? undefined : { kind: 'beat', stampMs, boot };
  }
  if (line.startsWith('table')) return { kind: 'table', entries: line.slice(5).trim().split(' ').flatMap(tableEntry) };
  const stamped = /^(?:\[(?<stamp>[^\]]+)\]|now) *(?<gone>Deleted )?(?<rest>.*)/.exec(line)?.groups;
  if (stamped === undefined) return undefined;
  const { stamp, gone, rest = '' } = stamped;
  const stampMs = secondsToMs(stamp ?? '');
  const address = /^\d+: (?<dev>\S+) +inet6? (?<address>[^ /]+)/.exec(rest)?.groups;
  if (address?.['address'] !== undefined && !OF_REAL_SERVERS.test(address['dev'] ?? ''))
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

/** An address and port as /proc/net/ip_vs writes them. */
export function kernelPlace({ address, port }: Place): string {
  const hex = hexAddress(address);
  return `${familyOf(address) === 'ipv6' ? `[${hex}]` : hex}:${hexPort(port)}`;
}

/** A service as /proc/net/ip_vs writes it; a service of a mark is one whichever of its endpoints is asked. */
export function kernelService({ target }: Pick<VirtualServer, 'target'>, { vip, port }: Endpoint): string {
  if (target.kind === 'fwmark') return target.fwmark.toString(16).toUpperCase().padStart(8, '0');
  return kernelPlace({ address: vip, port });
}

/** Prints what the watch of a director has recorded, including what a dead connection lost. */
export function recallWatch(): Command {
  return sh`[ ! -r ${`${STATE_DIR}/watch`} ] || grep -v '^beat ' ${`${STATE_DIR}/watch`}
${reportUptime()}`;
}

/** Beats that synchronize the host's clock. */
export function reportUptime(): Command {
  return sh`for beat in 1 2 3; do ${beat()}; done`;
}

/** The uptime restarts with a reboot, so a beat carries the boot ID as well. */
function beat(): Command {
  return sh`{ read -r uptime idle </proc/uptime && read -r boot </proc/sys/kernel/random/boot_id && echo "beat $uptime $boot"; }`;
}
