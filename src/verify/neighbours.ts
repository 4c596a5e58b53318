import { type Command, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import type { NeighbourAnswers } from './check.ts';

/**
 * Asks the client's segment for the owner of an address and collects all answers: by ARP requests, for IPv6 by neighbour
 * solicitations (RFC 4861 §7.2.2). arping -b keeps broadcasting, instead of switching to unicast after the first answer;
 * ndisc6 -m awaits all answers.
 */
export function neighbourScript(vip: string): Command {
  const program = vip.includes(':') ? 'ndisc6' : 'arping';
  const asked = vip.includes(':')
    ? sh`ndisc6 -m -n -q -r 2 -w 1000 ${vip} "$device"`
    : sh`arping -b -c 2 -w 2 -I "$device" ${vip}`;
  return sh`route=$(ip -o route get ${vip}) || { echo 'why no route to it'; exit 0; }
case $route in local*) echo 'why the client has the address itself'; exit 0;; *' via '*) echo 'why the client reaches it through a router'; exit 0;; esac
device=\${route#* dev }; device=\${device%% *}
command -v ${program} >/dev/null || { echo ${`why ${program} is not installed on the client`}; exit 0; }
${asked} 2>/dev/null | while read -r line; do echo "answer $line"; done
echo asked`;
}

const MAC = /(?:^|[[\s])([0-9a-f]{2}(?::[0-9a-f]{2}){5})(?:$|[\]\s])/i;

export function readNeighbours(vip: string, output: string): NeighbourAnswers {
  const lines = saneLines(output);
  const why = lines.find((line) => line.startsWith('why '))?.slice('why '.length);
  if (why !== undefined || !lines.includes('asked'))
    return { vip, macs: undefined, why: why ?? 'the client did not answer' };
  const macs = lines
    .filter((line) => line.startsWith('answer '))
    .flatMap((line) => MAC.exec(line.slice('answer '.length))?.[1]?.toLowerCase() ?? []);
  return { vip, macs: [...new Set(macs)], why: undefined };
}
