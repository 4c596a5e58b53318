import { SYSCTL_FILE } from '../render/names.ts';
import { sh } from '../remote/command.ts';
import { nameOfSysctl } from '../resources/sysctl.ts';
import { saneLines, wordsOf } from '../text/lines.ts';

/** A parameter in a file that is read after the one of lvsctl. */
export interface LaterSysctl {
  readonly file: string;
  /** With dots, as sysctl(8) prints it. */
  readonly name: string;
  readonly value: string;
  /** False for a file that only sysctl(8) reads, when a person runs it. */
  readonly atBoot: boolean;
}

const OWN = nameOf(SYSCTL_FILE);
const CONF = '/etc/sysctl.conf';
const UFW = '/etc/ufw/sysctl.conf';

/**
 * One process for all. Parameters of patterns are left out by `parseLaterSysctls`: sysctl.d(5) prefers those that are
 * named. /dev/null makes grep print the name of an only file.
 */
export const SYSCTL_FILES_PROBE = sh`grep -s -E '^[[:space:]]*-?net[./]|^ENABLED=[Yy][Ee][Ss]' /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf ${CONF} /etc/ufw/ufw.conf ${UFW} /dev/null`;

/**
 * Parses the output of the probe; ignores other lines. Files of all folders are read in the order of their names, and of
 * two with the same name the one in the first folder of the probe. sysctl(8) and init scripts read /etc/sysctl.conf last,
 * systemd-sysctl does not; ufw has a file of its own, for when it starts.
 * @param initSystem ID of the init system of the host
 */
export function parseLaterSysctls(output: string, initSystem: string | undefined): readonly LaterSysctl[] {
  const lines = saneLines(output).flatMap(lineIn);
  const ufw = saneLines(output).some((line) => line.startsWith('/etc/ufw/ufw.conf:ENABLED='));
  const chosen = new Map<string, string>();
  for (const { file } of lines) if (!chosen.has(nameOf(file))) chosen.set(nameOf(file), file);
  const later = lines.filter(({ file }) => {
    if (file === UFW) return ufw;
    if (file === CONF) return true;
    // Releases of procps before 4 prefer /run to /etc.
    if (nameOf(file) === OWN) return file.startsWith('/run/');
    return file.includes('/sysctl.d/') && nameOf(file) > OWN && chosen.get(nameOf(file)) === file;
  });
  const last = new Map(later.map((one) => [`${one.file} ${one.name}`, one]));
  return [...last.values()].map((one) => ({ ...one, atBoot: one.file !== CONF || initSystem !== 'systemd' }));
}

/** `/etc/sysctl.conf:net.ipv4.ip_forward = 1` */
function lineIn(line: string) {
  const [, file, key = '', value = ''] = /^(\/[^:]+):([^=]+)=(.*)$/.exec(line) ?? [];
  const written = key.trim().replace(/^-/, '');
  if (file === undefined || !/^net[./][^\s*?]+$/.test(written)) return [];
  return [{ file, name: nameOfSysctl(written), value: wordsOf(value).join(' ') }];
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
