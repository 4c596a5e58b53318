import { type Command, sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { ArpAnswers } from './check.ts';

/**
 * Sends ARP requests for an address and collects all answers. `-b` keeps broadcasting, instead of switching to unicast
 * after the first answer.
 */
export function arpScript(vip: string): Command {
  return sh`route=$(ip -o route get ${vip}) || { echo 'why no route to it'; exit 0; }
case $route in local*) echo 'why the client has the address itself'; exit 0;; *' via '*) echo 'why the client reaches it through a router'; exit 0;; esac
device=\${route#* dev }; device=\${device%% *}
command -v arping >/dev/null || { echo 'why arping is not installed on the client'; exit 0; }
arping -b -c 2 -w 2 -I "$device" ${vip} 2>/dev/null | while read -r line; do echo "arp $line"; done
echo asked`;
}

export function readArp(vip: string, output: string): ArpAnswers {
  const lines = saneLines(output);
  const why = lines.find((line) => line.startsWith('why '))?.slice('why '.length);
  if (why !== undefined || !lines.includes('asked'))
    return { vip, macs: undefined, why: why ?? 'the client did not answer' };
  const macs = lines
    .filter((line) => line.startsWith('arp ') && line.includes('reply from '))
    .flatMap((line) => wordsOf(line).find((word) => /^\[[0-9a-f:]{17}\]$/i.test(word)) ?? [])
    .map((word) => word.slice(1, -1).toLowerCase());
  return { vip, macs: [...new Set(macs)], why: undefined };
}
