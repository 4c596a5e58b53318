import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoginFiles } from '../../../src/remote/login-files.ts';

const KEY = Buffer.from('\0\0\0\u000Bssh-ed25519rest').toString('base64');

describe('the files of logins', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvsctl-login-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are read once for all hosts', async () => {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, `web1 ssh-ed25519 ${KEY}\nweb2 ssh-ed25519 ${KEY}\n`);
    const files = new LoginFiles();
    expect((await files.knownHosts([file])).of('web1')).toHaveLength(1);
    rmSync(file);
    expect((await files.knownHosts([file])).of('web2')).toHaveLength(1);
  });

  it('know a host that this run has added', async () => {
    const file = join(folder, 'known_hosts');
    const files = new LoginFiles();
    expect((await files.knownHosts([file])).of('web1')).toEqual([]);
    await files.addKnownHost(file, 'web1', 'ssh-ed25519', KEY);
    expect((await files.knownHosts([file])).of('web1')).toHaveLength(1);
  });
});
