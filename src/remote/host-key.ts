import type { SshAccess } from './access.ts';
import { createHash } from 'node:crypto';
import { Failure } from '../failure.ts';
import { quote } from './command.ts';
import { jumpChain } from './jump-hosts.ts';
import { knownName, type Verdict } from './known-hosts.ts';

/** A key presented by a host, in the terms of OpenSSH's tools. */
export interface ShownKey {
  /** as in `ssh-ed25519` */
  readonly type: string;
  /** base64 of the key in wire format */
  readonly base64: string;
  /** as in `SHA256:…` */
  readonly fingerprint: string;
}

/** @param wire the key in wire format, which begins with its type and the length of that (RFC 4253 §6.6) */
export function shownKey(wire: Buffer): ShownKey {
  const hash = createHash('sha256').update(wire).digest('base64').replaceAll('=', '');
  const type = wire.length > 4 ? wire.subarray(4, 4 + wire.readUInt32BE(0)).toString('latin1') : '';
  return { type, base64: wire.toString('base64'), fingerprint: `SHA256:${hash}` };
}

/** `ed25519`, as in ssh-keyscan(1) and the names of sshd's files */
function shortType(type: string): string {
  return /^(?:ssh-)?(ed25519|ecdsa|rsa)/.exec(type)?.[1] ?? type;
}

/** The command to add a host's key: ssh-keyscan supports no proxies, ssh does. */
function howToAdd(access: SshAccess, key: ShownKey): string {
  const { host, port, proxyCommand } = access;
  if (proxyCommand !== undefined) {
    // The command itself is not shown because it may contain a password.
    return `\`ssh -p ${port} -o ProxyCommand=COMMAND ${quote(`${access.user}@${host}`)}\` (COMMAND is the inventory's proxy_command)`;
  }
  if (access.jump !== undefined)
    return `\`ssh -J ${quote(jumpChain(access))} -p ${port} ${quote(`${access.user}@${host}`)}\``;
  const file = access.knownHosts[0] ?? '~/.ssh/known_hosts';
  return `\`ssh-keyscan -t ${shortType(key.type)} -p ${port} ${quote(host)} >> ${quote(file)}\``;
}

/** Why a key is rejected; undefined if it is accepted, such as an unknown one under `accept-new`. */
export function refusal(host: string, access: SshAccess, key: ShownKey, verdict: Verdict): Failure | undefined {
  const name = knownName(access);
  const shown = `${key.type} ${key.fingerprint}`;
  const compare = `compare the fingerprint with \`ssh-keygen -lf /etc/ssh/ssh_host_${shortType(key.type)}_key.pub\` on the host itself`;
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'unknown': {
      if (access.hostKeyChecking === 'accept-new') return undefined;
      const { authority } = verdict;
      const trusted =
        authority === undefined
          ? ''
          : `; ${authority.file}:${authority.line} trusts a certificate authority for it, but lvsctl cannot check host certificates`;
      const unchecked =
        access.uncheckedAt === undefined
          ? ''
          : `; \`StrictHostKeyChecking no\` in ${access.uncheckedAt} is not honoured, because any machine could impersonate the host`;
      return new Failure('host-key', `${host}: unknown host key of ${name}: ${shown}${trusted}${unchecked}`, {
        host,
        hint:
          `Add it with ${howToAdd(access, key)} and ${compare}, ` +
          'or set `host_key_checking: accept-new` to trust new hosts.',
      });
    }
    case 'changed': {
      const { file, line } = verdict.entry;
      return new Failure(
        'host-key',
        `${host}: the host key of ${name} has changed: ${file}:${line} does not match ${shown}`,
        {
          host,
          hint:
            `This may be a man-in-the-middle attack. If the host was reinstalled, ${compare}, ` +
            `then remove the old key with \`ssh-keygen -R ${quote(name)} -f ${quote(file)}\`.`,
        },
      );
    }
    case 'revoked': {
      const { file, line } = verdict.entry;
      return new Failure(
        'host-key',
        `${host}: ${name} presents a host key that is revoked by ${file}:${line}: ${shown}`,
        {
          host,
          hint: 'The key is compromised: anyone with its private half can impersonate the host. Generate a new host key.',
        },
      );
    }
  }
}
