import type { SshAccess } from '../remote/access.ts';
import type { SshConfig } from '../remote/ssh-config/ssh-config.ts';
import type { Input } from './schema.ts';

type Ssh = NonNullable<Input['ssh']>;

/**
 * The options that an inventory adds to the configuration that the system's ssh reads by itself.
 * @param written the `ssh` of the host, then that of all hosts
 */
export function opensshOptions(
  access: SshAccess,
  config: SshConfig,
  written: readonly (Ssh | undefined)[],
): readonly string[] {
  const has = (key: keyof Ssh): boolean => written.some((one) => one?.[key] !== undefined);
  const proxy = written.find((one) => one?.proxy_command !== undefined || one?.proxy_jump !== undefined);
  const options = [
    ...(has('port') ? [`Port=${access.port}`] : []),
    ...(has('identity_file') ? access.identityFiles.map((file) => `IdentityFile=${quotedPath(file)}`) : []),
    ...(has('known_hosts') ? [`UserKnownHostsFile=${access.knownHosts.map(quotedPath).join(' ')}`] : []),
    ...(proxy?.proxy_command === undefined ? [] : [`ProxyCommand=${proxy.proxy_command}`]),
    ...(proxy?.proxy_command === undefined && proxy?.proxy_jump !== undefined
      ? [`ProxyJump=${proxy.proxy_jump.join(',')}`]
      : []),
  ];
  return [...config.fileArguments, ...options.flatMap((option) => ['-o', option])];
}

/** A path as one word of ssh_config(5), in which nothing is expanded. */
function quotedPath(path: string): string {
  return `"${path.replaceAll('%', '%%').replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
