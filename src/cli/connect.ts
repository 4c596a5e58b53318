import type { Access, LabAccess, SshAccess } from '../remote/access.ts';
import { connectLocal } from '../remote/local.ts';
import { LoginFiles } from '../remote/login-files.ts';
import { connectOpenSsh } from '../remote/openssh.ts';
import { connectSsh } from '../remote/ssh.ts';
import type { Connect } from '../remote/transport.ts';

/** The hosts of a lab can be reached only while it is up; otherwise nothing is sent. */
async function insideLab(access: LabAccess): Promise<SshAccess> {
  const { DEFAULT_LAB, labConnection } = await import('../lab/connection.ts');
  const { user, identityFile, knownHosts, proxyCommand } = labConnection(access.lab);
  return {
    kind: 'ssh',
    host: access.host,
    port: 22,
    user,
    identityFiles: [identityFile],
    knownHosts: [knownHosts],
    proxyCommand,
    proxyHint: `Check the lab with \`lvsctl lab status${access.lab === DEFAULT_LAB ? '' : ` --name ${access.lab}`}\`.`,
    hostKeyChecking: 'strict',
    connectTimeoutSeconds: access.connectTimeoutSeconds,
  };
}

/** The transports to the hosts of a run as configured in the inventory. */
export function connector(
  files: LoginFiles = new LoginFiles(),
): (host: { readonly name: string; readonly access: Access }) => Connect {
  return ({ access, name }) =>
    async (signal) => {
      switch (access.kind) {
        case 'ssh':
          return await (access.openssh === undefined
            ? connectSsh(name, access, signal, files)
            : connectOpenSsh(name, access, signal));
        case 'lab':
          return await connectSsh(name, await insideLab(access), signal, files);
        case 'local':
          return connectLocal(name);
      }
    };
}
