import { mistake, type Finding, type Linted } from '../finding.ts';
import type { PathParts } from '../place.ts';
import type { Input } from '../schema.ts';

type Ssh = NonNullable<Input['ssh']>;

/** What a lab brings itself, and what would lead past it to a machine outside. */
const FROM_LAB = [
  'user',
  'identity_file',
  'known_hosts',
  'proxy_command',
  'proxy_jump',
  'destination',
  'password',
  'client',
  'config',
  'host_key_checking',
] as const;

/**
 * A lab knows how its hosts are reached; half of it from somewhere else would reach something else. A lab of another
 * file is laid over an inventory whose hosts are elsewhere.
 */
export function sshAccess({ input, fileOf }: Linted): readonly Finding[] {
  const places: readonly (readonly [PathParts, Ssh | undefined])[] = [
    [['ssh'], input.ssh],
    ...(input.directors ?? []).map(({ ssh }, index) => [['directors', index, 'ssh'], ssh] as const),
    ...(input.real_servers ?? []).map(({ ssh }, index) => [['real_servers', index, 'ssh'], ssh] as const),
    [['client', 'ssh'], input.client?.ssh],
  ];
  return places.flatMap(([at, ssh]) => {
    const lab = ssh?.lab === undefined ? ['ssh', 'lab'] : [...at, 'lab'];
    if (ssh === undefined || (ssh.lab ?? input.ssh?.lab) === undefined) return [];
    const written = FROM_LAB.filter((key) => ssh[key] !== undefined && fileOf([...at, key]) === fileOf(lab));
    return written.map((key) =>
      mistake([...at, key], `\`${key}\` has no effect: the lab brings its own.`, 'Remove it, or remove `lab`.'),
    );
  });
}
