import type { Cluster, Director } from '../../inventory/cluster.ts';
import { type Command, sh } from '../../remote/command.ts';
import { backupOf, expectedReturnMs, expectedSilence } from '../expectation.ts';
import type { Fault, NotPossible } from '../fault.ts';
import type { DirectorFacts } from '../look.ts';
import { noteBeginning } from '../undo.ts';
import { STATE_DIR } from '../watch.ts';

/** Milliseconds that the cable stays cut after the latest takeover that arithmetic allows. */
const AFTER_TAKEOVER_MS = 2000;

/** Milliseconds in which the answer to the command that cuts the cable still gets out. */
const NOTICE_MS = 300;

/**
 * Sets the director's interface down, which may well be the one that lvsctl talks through. So the host does it all
 * by itself, in a transient unit: note what the kernel will forget, cut, wait, put back.
 */
export function cutCable(
  cluster: Cluster,
  owner: Director,
  facts: DirectorFacts,
  cableSeconds: number,
): Fault | NotPossible {
  const backup = backupOf(cluster, owner.name);
  if (backup === undefined) return { reason: 'there is no second director that could take over' };
  const dev = facts.interface;
  if (dev === undefined || dev === 'lo')
    return { reason: `no interface of ${owner.name} holds its address ${owner.address}` };
  const expects = expectedSilence(cluster, backup);
  const holdMs = Math.max(cableSeconds * 1000, expects.highMs + AFTER_TAKEOVER_MS);
  const cut = sh`sleep ${NOTICE_MS / 1000}
${noteBeginning('cable')}
ip link set dev ${dev} down
sleep ${(holdMs / 1000).toFixed(3)}
exec /bin/sh ${STATE_DIR}/cable.undo itself`;
  return {
    name: 'cable',
    title: `cable of ${owner.name} cut (${dev} down)`,
    host: owner.name,
    inject: sh`${saveForgotten(
      dev,
      cluster.vrrp_instance.virtual_ipaddress.map(({ address }) => address),
    )}
systemd-run --quiet --unit=lvsctl-failover-fault-cable /bin/sh -c ${cut.script}`,
    undo: bringBack(dev),
    holdMs: holdMs + NOTICE_MS,
    hold: 'fixed',
    expects,
    settleMs: expectedReturnMs(cluster, owner) + 15_000,
    effect: 'takeover',
    server: undefined,
  };
}

/**
 * A link that goes down loses all its routes and its IPv6 addresses. Kept are those that somebody set: what the
 * kernel or a router's advertisement made comes back by itself, and keepalived's own (protocol 18) are its business,
 * as the virtual addresses are.
 */
function saveForgotten(dev: string, virtual: readonly string[]): Command {
  const keep = (family: string): Command => sh`ip ${family} route show table all |
  sed -E 's/ (linkdown|dead)( |$)/ /g' |
  grep -vE '^[[:space:]]|^(local|broadcast|multicast|anycast) | proto (kernel|ra|keepalived|18)( |$)'`;
  return sh`{ ${keep('-4')} | sed 's/^/-4 /'; ${keep('-6')} | sed 's/^/-6 /'; } >${STATE_DIR}/cable.routes || :
ip -6 -o addr show dev ${dev} scope global | while read -r index name family address rest; do
  case " $rest " in *' dynamic '*) continue ;; esac
  case " "${virtual.join(' ')}" " in *" $\{address%/*} "*) continue ;; esac
  for flag in nodad noprefixroute; do
    case " $rest " in *" $flag "*) address="$address $flag" ;; esac
  done
  echo "$address"
done >${STATE_DIR}/cable.addresses`;
}

/** Brings the link up, waits for its carrier, and adds what is missing; what is there is left as it is. */
function bringBack(dev: string): Command {
  return sh`  ip link set dev ${dev} up || return
  tries=0
  until ip link show dev ${dev} | grep -q LOWER_UP || [ "$tries" -ge 50 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  set -f
  [ ! -e ${STATE_DIR}/cable.addresses ] || while read -r address flags; do
    ip -6 addr add "$address" dev ${dev} $flags 2>/dev/null
  done <${STATE_DIR}/cable.addresses
  # A route through a gateway needs the route to that gateway first: the second round adds what the first could not.
  for round in 1 2; do
    [ ! -e ${STATE_DIR}/cable.routes ] || while read -r family route; do
      ip "$family" route add $route 2>/dev/null
    done <${STATE_DIR}/cable.routes
  done
  :`;
}
