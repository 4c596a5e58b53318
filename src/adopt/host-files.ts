import { canonicalAddress } from '../keepalived/text/address.ts';
import type { ConfFile } from '../keepalived/source.ts';
import { HOST_NAME } from './hosts.ts';
import type { NamedText } from './sources.ts';

/** What was read from a director over SSH. */
export interface ReadHost {
  /** That SSH reached. */
  readonly address: string;
  readonly hostname: string;
  /** Files below /etc/keepalived, by their absolute names. */
  readonly files: ReadonlyMap<string, string>;
  /** What `ipvsadm -Sn` printed, or nothing. */
  readonly table: string;
}

const MAIN = '/etc/keepalived/keepalived.conf';

/** The files of hosts as `adoptFiles` takes them: below a folder that is called as the host is. */
export function filesOfHosts(hosts: readonly ReadHost[]): readonly NamedText[] {
  return hosts.flatMap((host) => {
    const main = host.files.get(MAIN);
    return [
      ...(main === undefined ? [] : [{ file: `${nameOf(host)}${MAIN}`, text: main }]),
      ...(host.table.trim() === '' ? [] : [{ file: `${nameOf(host)}/ipvsadm-save`, text: host.table }]),
    ];
  });
}

/** What a file of a host includes: glob(3) with `*` and `?` among the files that were read from it. */
export function includeOfHosts(hosts: readonly ReadHost[]): (pattern: string, from: string) => readonly ConfFile[] {
  return (pattern, from) => {
    const host = hosts.find((one) => from.startsWith(`${nameOf(one)}/`));
    if (host === undefined) return [];
    const folder = from.slice(nameOf(host).length).replace(/\/[^/]*$/, '');
    const whole = pattern.startsWith('/') ? pattern : `${folder}/${pattern}`;
    const matches = new RegExp(
      `^${whole
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')}$`,
    );
    return [...host.files]
      .filter(([name]) => matches.test(name))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, text]) => ({ name: `${nameOf(host)}${name}`, text }));
  };
}

/** By the names of the hosts. */
export function addressesOfHosts(hosts: readonly ReadHost[]): ReadonlyMap<string, readonly string[]> {
  return new Map(hosts.map((host) => [nameOf(host), [host.address]]));
}

/** Up to the first dot, as keepalived takes it for `@id`. */
function nameOf({ hostname, address }: ReadHost): string {
  const name = hostname.trim().split('.')[0] ?? '';
  return HOST_NAME.test(name) ? name : `director-${address.replaceAll(/[^A-Za-z0-9]/g, '-')}`;
}

/** A host as it stands on the command line: `192.0.2.1`, `admin@192.0.2.1`. */
export function parseHost(text: string): { readonly user: string | undefined; readonly address: string } | undefined {
  const at = text.lastIndexOf('@');
  const address = canonicalAddress(text.slice(at + 1));
  const user = at < 0 ? undefined : text.slice(0, at);
  if (address === undefined || (user !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user))) return undefined;
  return { user, address };
}
