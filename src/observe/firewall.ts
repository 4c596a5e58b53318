import { sh } from '../remote/command.ts';
import { parseIptables } from './iptables-ruleset.ts';
import { parseNft } from './nft-ruleset.ts';
import type { Table } from './ruleset.ts';

/** The packet filter of a host. */
export interface Firewall {
  /** A program that owns the rules; undefined when they are kept by nft(8) or iptables(8) alone. */
  readonly manager: 'firewalld' | 'ufw' | undefined;
  readonly tables: readonly Table[];
}

/**
 * Without a firewall it starts no program: nf_tables is a module that is not loaded, and /proc lists no table of the
 * older iptables. Where nf_tables is part of the kernel, and in a container, nft is asked if it is there. iptables is
 * asked for tables of its own, whose rules nft prints in part only.
 */
export const FIREWALL_PROBE = sh`read -r kernel < /proc/sys/kernel/osrelease
runs() { [ -d "/sys/fs/cgroup/system.slice/$1.service" ] || [ -d "/sys/fs/cgroup/systemd/system.slice/$1.service" ] || [ -f "/run/$1.pid" ]; }
loaded() {
[ -d "/sys/module/$1" ] && return
set -- "/lib/modules/$kernel/kernel/net/netfilter/$1".ko*
[ ! -e "$1" ]
}
runs firewalld && echo 'manager firewalld'
[ ! -f /etc/ufw/ufw.conf ] || while IFS= read -r line; do
case $line in ENABLED=[Yy][Ee][Ss]*) echo 'manager ufw' ;; esac
done < /etc/ufw/ufw.conf
own=
if loaded nf_tables; then
if command -v nft >/dev/null; then
rules=$(nft -j -s -t list ruleset || nft -j list ruleset)
printf '@nft\\n%s\\n' "$rules"
case $rules in *'"INPUT"'* | *'"FORWARD"'* | *'"OUTPUT"'*) own=yes ;; esac
elif loaded nft_compat; then own=yes
fi
fi
for ip in ip ip6; do
legacy=
[ ! -r "/proc/net/\${ip}_tables_names" ] || read -r legacy < "/proc/net/\${ip}_tables_names"
[ -n "$own$legacy" ] || continue
save="\${ip}tables-save"
[ -z "$legacy" ] || ! command -v "\${ip}tables-legacy-save" >/dev/null || save="\${ip}tables-legacy-save"
command -v "$save" >/dev/null || continue
echo "@$ip"
"$save"
done`;

/** Parses the output of the probe; undefined for a host without rules. */
export function parseFirewall(output: string): Firewall | undefined {
  const parts = new Map<string, string[]>();
  let part: string[] = [];
  parts.set('', part);
  // Not `saneLines`: nft prints all rules on one line.
  for (const line of output.split('\n')) {
    if (line.startsWith('@')) parts.set(line.slice(1), (part = []));
    else part.push(line);
  }
  const textOf = (name: string): string => (parts.get(name) ?? []).join('\n');
  const ofIptables = [parseIptables(textOf('ip'), 'ipv4'), parseIptables(textOf('ip6'), 'ipv6')].filter(
    (table) => table !== undefined,
  );
  const families = new Set(ofIptables.flatMap((table) => table.families));
  const ofNft = parseNft(textOf('nft')).filter(
    ({ name, families: own, chains }) =>
      !(name.endsWith(' filter') && own.every((one) => families.has(one)) && chains.has('INPUT')) || own.length > 1,
  );
  const tables = [...ofNft, ...ofIptables];
  const manager = (['firewalld', 'ufw'] as const).find((one) => textOf('').split('\n').includes(`manager ${one}`));
  return tables.length === 0 ? undefined : { manager, tables };
}
