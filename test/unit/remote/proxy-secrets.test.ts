import type { SshAccess } from '../../../src/remote/access.ts';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../src/remote/host-key.ts';
import type { Trouble } from '../../../src/remote/login.ts';
import { loginFailure } from '../../../src/remote/login-failure.ts';

const access: SshAccess = {
  kind: 'ssh',
  host: '10.0.0.1',
  port: 22,
  user: 'root',
  identityFiles: [],
  knownHosts: [],
  proxyCommand: 'sshpass -p hunter22 ssh -W %h:%p jump',
  hostKeyChecking: 'strict',
  connectTimeoutSeconds: 3,
};

const trouble: Trouble = {
  kind: 'trouble',
  phase: 'dial',
  error: undefined,
  because: 'closed',
  proxy: 'Permission denied',
  methodsLeft: undefined,
  partial: false,
  complaints: [],
};

describe('a proxy command, which may hold a password', () => {
  it.each(['closed', 'timeout'] as const)('is not shown when the connection fails: %s', (because) => {
    const credentials = { keys: [], agentSocket: undefined, skipped: [] };
    const { message, detail } = loginFailure({ ...trouble, because }, 'dr1', access, credentials);
    expect(`${message} ${detail.hint ?? ''}`).toContain('Permission denied');
    expect(`${message} ${detail.hint ?? ''}`).not.toContain('hunter22');
  });

  it('is not shown when the host key is unknown', () => {
    const key = { type: 'ssh-ed25519', base64: 'AAAA', fingerprint: 'SHA256:x' };
    const failure = refusal('dr1', access, key, { kind: 'unknown', authority: undefined });
    expect(failure?.detail.hint).toContain('ProxyCommand=COMMAND');
    expect(failure?.detail.hint).not.toContain('hunter22');
  });
});
