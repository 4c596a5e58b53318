import { sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';

/** Settings of a host that may work against the cluster. */
export interface HostSettings {
  /** Programs with an enforced profile of AppArmor, and the name of the profile. */
  readonly confined: ReadonlyMap<string, string>;
  /** Scripts run when an interface comes up that announce addresses. */
  readonly announcing: readonly string[];
}

/** Where ifupdown, NetworkManager, networkd-dispatcher and the scripts of Red Hat run hooks. */
export const SETTINGS_PROBE = sh`[ ! -r /sys/kernel/security/apparmor/profiles ] || grep -E '(^|/)(keepalived|nginx|apache2|httpd|lighttpd|caddy) \\(enforce\\)$' /sys/kernel/security/apparmor/profiles
set --
for f in /etc/network/interfaces /etc/network/interfaces.d/* /etc/network/if-up.d/* /etc/NetworkManager/dispatcher.d/* /etc/networkd-dispatcher/routable.d/* /sbin/ifup-local; do
[ ! -f "$f" ] || set -- "$@" "$f"
done
[ $# -eq 0 ] || grep -l -E '^[^#]*(arping|arpsend|send_arp|ndsend)[[:space:]]' "$@"`;

/** Scripts in a message. */
const MOST = 3;

/** Parses the output of the probe; ignores other lines. */
export function parseSettings(output: string): HostSettings {
  const lines = saneLines(output);
  const profiles = lines
    .filter((line) => line.endsWith(' (enforce)'))
    .map((line) => line.slice(0, -' (enforce)'.length));
  return {
    confined: new Map(profiles.map((profile) => [profile.slice(profile.lastIndexOf('/') + 1), profile])),
    announcing: lines.filter((line) => line.startsWith('/') && !line.endsWith(')')).slice(0, MOST),
  };
}
