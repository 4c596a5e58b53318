import { sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';

/** What decides whether a package of one host fits another, beside the format. */
export interface Release {
  /** ID of os-release(5): `debian` */
  readonly id: string;
  /** `12`, or `rolling` where the distribution has no releases. */
  readonly release: string;
  /** As printed by `uname -m`. */
  readonly machine: string;
}

/** Printed for `parseRelease`. */
export const RELEASE_PROBE = sh`for file in /etc/os-release /usr/lib/os-release; do
[ -r "$file" ] || continue
while IFS= read -r line; do
case $line in ID=* | VERSION_ID=* | VERSION_CODENAME=*) printf '%s\\n' "$line" ;; esac
done < "$file"
break
done
echo "MACHINE=$(uname -m)"`;

/** Within a major release of these, packages of one minor release fit the others. */
const BY_MAJOR = ['rhel', 'centos', 'rocky', 'almalinux', 'ol', 'alinux', 'amzn'];

/** Undefined without an ID and a machine. */
export function parseRelease(output: string): Release | undefined {
  const values = new Map(
    saneLines(output).flatMap((line): readonly (readonly [string, string])[] => {
      const [, key, value] = /^([A-Z_]{1,20})=["']?([A-Za-z0-9._+-]{1,60})["']?$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value.toLowerCase()]];
    }),
  );
  const id = values.get('ID');
  const machine = values.get('MACHINE');
  if (id === undefined || machine === undefined) return undefined;
  const version = values.get('VERSION_ID') ?? values.get('VERSION_CODENAME') ?? 'rolling';
  const release = BY_MAJOR.includes(id) ? (version.split('.')[0] ?? version) : version;
  return { id, release, machine };
}

/** As in `debian-12-x86_64`. */
export function releaseName({ id, release, machine }: Release): string {
  return `${id}-${release}-${machine}`;
}
