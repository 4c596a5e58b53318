import { sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';

/** An interface that a network manager configures, which may drop addresses that it did not add itself. */
export interface ManagedLink {
  readonly device: string;
  readonly program: 'systemd-networkd' | 'NetworkManager';
  /** The .network file of systemd-networkd. */
  readonly file: string | undefined;
  /** Whether its configuration says that addresses of others are kept. */
  readonly keeps: boolean;
  /** Whether its files set that, either way. */
  readonly chosen: boolean;
}

/**
 * Of running managers only: the cgroup of a unit exists while it runs, their states below /run stay. One process for
 * NetworkManager, two for systemd-networkd. /dev/null makes grep print the name of an only file.
 */
export const MANAGERS_PROBE = sh`runs() { [ -d "/sys/fs/cgroup/system.slice/$1.service" ] || [ -d "/sys/fs/cgroup/systemd/system.slice/$1.service" ]; }
if runs systemd-networkd; then
grep -s -E '^(ADMIN_STATE|NETWORK_FILE)=' /run/systemd/netif/links/* /dev/null
grep -s -E '^[[:space:]]*KeepConfiguration[[:space:]]*=' /usr/lib/systemd/network/*.network /run/systemd/network/*.network /etc/systemd/network/*.network /run/systemd/network/*.network.d/*.conf /etc/systemd/network/*.network.d/*.conf /dev/null
fi
if runs NetworkManager; then
grep -s -E '^(managed|connection-uuid)=' /run/NetworkManager/devices/* /dev/null
fi`;

const NETWORKD = '/run/systemd/netif/links/';
const NETWORK_MANAGER = '/run/NetworkManager/devices/';

/**
 * Parses the output of the probe; ignores other lines.
 * @param links output of `ip -o link show`: states have the number of an interface
 */
export function parseManagers(output: string, links: string): readonly ManagedLink[] {
  const names = new Map(saneLines(links).map((line) => linkIn(wordsOf(line))));
  const values = saneLines(output).flatMap(valueIn);
  const of = (place: string, key: string): string | undefined =>
    values.find((one) => one.place === place && one.key === key)?.value;
  return [...new Set(values.map(({ place }) => place))].flatMap((place): readonly ManagedLink[] => {
    const device = names.get(place.slice(place.lastIndexOf('/') + 1));
    if (device === undefined) return [];
    if (place.startsWith(NETWORKD)) {
      const file = of(place, 'NETWORK_FILE');
      if (file === undefined || of(place, 'ADMIN_STATE') === 'unmanaged') return [];
      const folder = `/${file.slice(file.lastIndexOf('/') + 1)}.d/`;
      // The last one counts; a drop-in comes after its file.
      const kept = values.filter((one) => one.key === 'KeepConfiguration' && isPartOf(one.place, file, folder)).at(-1);
      return [
        {
          device,
          program: 'systemd-networkd',
          file,
          keeps: /^(?:yes|true|on|1|static)$/i.test(kept?.value ?? ''),
          chosen: kept !== undefined,
        },
      ];
    }
    // It keeps to itself what it finds on lo.
    if (!place.startsWith(NETWORK_MANAGER) || device === 'lo') return [];
    return /^(?:0|false|no|unmanaged)$/.test(of(place, 'managed') ?? 'no')
      ? []
      : [{ device, program: 'NetworkManager', file: undefined, keeps: false, chosen: false }];
  });
}

function isPartOf(place: string, file: string, folder: string): boolean {
  return place === file || place.includes(folder);
}

/** `2: eth0@if5: <UP> …` */
function linkIn([number = '', name = '']: readonly string[]): readonly [string, string] {
  return [number.replace(/:$/, ''), name.split(/[@:]/, 1)[0] ?? ''];
}

/** `/run/systemd/netif/links/2:ADMIN_STATE=configured` */
function valueIn(line: string) {
  const [, place, key, value] = /^(\/[^:]+):\s*([A-Za-z_-]+)\s*=(.*)/.exec(line) ?? [];
  return place === undefined || key === undefined || value === undefined ? [] : [{ place, key, value: value.trim() }];
}
