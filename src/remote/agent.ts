import type { OpenSSHAgent, ParsedKey } from 'ssh2';

type Ssh2 = typeof import('ssh2');

/**
 * The ssh agent with only those of its keys that are wanted: sshd counts every try, and closes at the sixth.
 * It signs nothing with SHA-1, which OpenSSH has given up too.
 * @param wants is given the public half of a key as it goes over the wire
 */
export function agentWith(ssh2: Ssh2, socket: string, wants: (publicHalf: Buffer) => boolean): OpenSSHAgent {
  const agent = new ssh2.OpenSSHAgent(socket);
  const list = agent.getIdentities.bind(agent);
  const sign = agent.sign.bind(agent) as Sign;
  agent.getIdentities = (callback) => {
    list((error, keys) => {
      // Its types allow for other agents; this one gives parsed keys.
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

/** The only one of its overloads that ssh2 itself calls. */
type Sign = (
  key: ParsedKey,
  data: Buffer,
  options: { readonly hash?: string },
  callback: (error?: Error, signature?: Buffer) => void,
) => boolean | void;

const NO_SHA1 = 'sshd takes RSA keys with SHA-1 only, which is not safe';

/** A private key that signs nothing with SHA-1, as ssh2 would for an RSA key and a server of before 2016. */
export function withoutSha1(key: ParsedKey): ParsedKey {
  return Object.create(key, {
    sign: { value: (data: Buffer, hash?: string) => (hash === 'sha1' ? new Error(NO_SHA1) : key.sign(data, hash)) },
  }) as ParsedKey;
}
