import { type Command, lines, sh } from '../../remote/command.ts';
import { linkState, replay, savedFile } from './link-state.ts';

/**
 * Saves the state of the link and of interfaces stacked on it (VLANs go down with it, and come up with it even when they
 * were down before). Refuses the fault if the state cannot be restored: it is first added to interfaces of the same names
 * in a separate network namespace, removed, and restored there.
 */
export function saveLink(dev: string, virtual: readonly string[]): Command {
  const rehearsal = lines([linkState(virtual), replay(dev), rehearse()]);
  return sh`${linkState(virtual)}
text=$(links) && all=$(ip -o link show) || refuse 'the links cannot be listed.'
devices= found=${dev}
while [ "$devices" != "$found" ]; do
  devices=$found
  found=$({ echo ${dev}; printf '%s\\n' "$all" | sed -nE "s/^[0-9]+: ([^ :@]+)@($devices):.*/\\1/p"; } | sort -u | tr '\\n' '|') || refuse 'the links cannot be read.'
  found=$\{found%|}
done
ofDevices() { printf '%s\\n' "$1" | sed -E -e "/$2($devices)( |$)/!d"; }
text=$(ofDevices "$text" '^') || refuse 'the links cannot be read.'
keep ${savedFile('links')} "$text"
text=$(addresses) || refuse 'the addresses cannot be listed.'
keep ${savedFile('everything')} "$text"
text=$(ofDevices "$text" ' dev ') || refuse 'the addresses cannot be read.'
keep ${savedFile('addresses')} "$text"
text=$(neighbours) && text=$(ofDevices "$text" ' dev ') || refuse 'the neighbours cannot be listed.'
keep ${savedFile('neighbours')} "$text"
text=$(nexthops) || refuse 'the nexthop objects cannot be listed.'
keep ${savedFile('nexthops')} "$text"
for family in -4 -6; do
  text=$(routes $family "$devices") || refuse 'the routes cannot be listed.'
  keep ${savedFile('routes')}$family "$text"
done
unshare -n true 2>/dev/null ||
  refuse 'cannot create a network namespace to rehearse the undo in (unshare -n true fails).'
why=$(unshare -n /bin/sh -c ${rehearsal.script} 2>&1) ||
  refuse ${`the state of ${dev} could not be restored after the cut`}": $(printf '%s' "$why" | tail -n 1)"
rm -f ${savedFile('everything')}`;
}

function rehearse(): Command {
  return sh`missing() { echo "$*" >&2; return 1; }
ip link set lo up
names=$(cat ${savedFile('')}* | tr ' ' '\\n' | sed -n '/^dev$/{n;p;}' | sort -u)
names="$names $(sed 's/ .*//' ${savedFile('links')})"
number=0 made=
for name in $names; do
  case " lo $made " in *" $name "*) continue ;; esac
  made="$made $name"
  number=$((number + 1))
  { ip link add "$name" type dummy || ip link add "$name" type ifb || ip link add "$name" type veth peer name "lvsctl$number"; } 2>/dev/null ||
    { echo "this kernel has no interface to rehearse with (dummy, ifb or veth)"; exit 1; }
  ip link set "$name" up
  ip link set "lvsctl$number" up 2>/dev/null
done
sed 's/^/addr add /' ${savedFile('everything')} | ip -force -batch - >/dev/null 2>&1
settle() {
  for round in 1 2 3 4 5 6; do
    giveBack
    compare 2>/dev/null && return
    sleep 0.5
  done
  compare
}
settle || exit
sed 's/^\\([^ ]*\\) .*/link set dev \\1 down/' ${savedFile('links')} | ip -force -batch - >/dev/null 2>&1
settle`;
}
