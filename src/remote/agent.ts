import type { OpenSSHAgent, ParsedKey } from 'ssh2';

type Ssh2 = typeof import('ssh2');

/**
 * The ssh agent restricted to some of its keys, because sshd closes the connection at the sixth attempt. Never signs
 * with SHA-1, as OpenSSH.
 * @param wants gets the public half of a key in wire format
 */
export function agentWith(ssh2: Ssh2, socket: string, wants: (publicHalf: Buffer) => boolean): OpenSSHAgent {
  const agent = new ssh2.OpenSSHAgent(socket);
  const list = agent.getIdentities.bind(agent);
  const sign = agent.sign.bind(agent) as Sign;
  agent.getIdentities = (callback) => {
    list((error, keys) => {
      // Its types allow for other agents; this one returns parsed keys.
      callback(error, (keys as ParsedKey[] | undefined)?.filter((key) => wants(key.getPublicSSH())) ?? []);
    });
  };
  const signWell: Sign = (key, data, options, callback) => {
    if (options.hash === 'sha1') callback(new Error(NO_SHA1));
    else sign(key, data, options, callback);
  };
  agent.sign = signWell as OpenSSHAgent['sign'];
  return agent;
}

/** The only overload that ssh2 calls. */
type Sign = (
  key: ParsedKey,
  data: Buffer,
  options: { readonly hash?: string },
  callback: (error?: Error, signature?: Buffer) => void,
) => boolean | void;

const NO_SHA1 = 'sshd accepts RSA keys only with SHA-1, which is insecure';

/** A private key that never signs with SHA-1, which ssh2 uses for an RSA key and a server older than 2016. */
export function withoutSha1(key: ParsedKey): ParsedKey {
  return Object.create(key, {
    sign: { value: (data: Buffer, hash?: string) => (hash === 'sha1' ? new Error(NO_SHA1) : key.sign(data, hash)) },
  }) as ParsedKey;
}
