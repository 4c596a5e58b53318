import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sh } from '../../../src/remote/command.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';

describe('a run over SSH', () => {
  let keys: TestKeys;
  let server: TestServer;

  beforeAll(async () => {
    keys = await newKeys();
    server = await startServer({ hostKeys: [keys.host.private], user: 'root', allowed: [keys.login.parsed] });
  });
  afterAll(async () => {
    await server.close();
    await keys.remove();
  });

  it('gives both outputs and the exit code', async () => {
    const transport = await open(accessTo(server, keys));
    const result = await transport.run(sh`echo ${"it's"}; pwd; echo no >&2; cat; exit 3 # the end`, patient());
    expect(result).toEqual({ exitCode: 3, stdout: "it's\n/\n", stderr: 'no\n' });
    transport.close();
  });
});
