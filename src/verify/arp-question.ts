import { type Command, sh } from '../remote/command.ts';
import type { ArpAnswers } from './check.ts';

/**
 * Asks the segment by broadcast who has an address, and collects every answer. `-b` keeps asking everybody, not only
 * whoever answered first.
 */
export function arpScript(vip: string): Command {
  return sh`route=$(ip -o route get ${vip}) || { echo 'why no route to it'; exit 0; }
case $route in local*) echo 'why the client holds the address itself'; exit 0;; *' via '*) echo 'why the client reaches it through a router'; exit 0;; esac
device=\${route#* dev }; device=\${device%% *}
command -v arping >/dev/null || { echo 'why there is no arping on the client'; exit 0; }
arping -b -c 2 -w 2 -I "$device" ${vip} 2>/dev/null | while read -r line; do echo "arp $line"; done
echo asked`;
}

export function readArp(vip: string, output: string): ArpAnswers {
  const why = /^why (.*)$/m.exec(output)?.[1];
  if (why !== undefined || !/^asked$/m.test(output))
    return { vip, macs: undefined, why: why ?? 'the client did not answer' };
  const macs = [...output.matchAll(/^arp .*reply from .*\[([0-9a-f:]{17})\]/gim)].map(([, mac = '']) =>
    mac.toLowerCase(),
  );
  return { vip, macs: [...new Set(macs)], why: undefined };
}
