import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptOf } from '../../../src/pipeline/exec.ts';
import { quote } from '../../../src/remote/command.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { RECORDED_INVENTORY, commandLine } from '../../support/command-line.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';
import { accessTo, open } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';
import { alive, until } from '../../support/until.ts';

describe.each(SHELLS)('a remote command in $name', (shell) => {
  it.each([
    [['echo', 'a b', "it's", '$HOME', '*'], { exitCode: 0, stdout: "a b it's $HOME *\n" }],
    [['false'], { exitCode: 1, stdout: '' }],
    // A keyword, an assignment and an empty word are names of programs that do not exist.
    [['if'], { exitCode: 127 }],
    [['A=b', 'echo', 'c'], { exitCode: 127, stdout: '' }],
    [['-p'], { exitCode: 127 }],
  ])('runs %s as a program with arguments', (argv, expected) => {
    expect(runIn(shell, scriptOf({ argv }))).toMatchObject(expected);
  });

  it('runs a line', () => {
    expect(runIn(shell, scriptOf({ line: 'echo "a  b" | wc -c; exit 3' }))).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/^\s*5\n$/) as string,
    });
  });
});

describe('exec over SSH', () => {
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

  const hosts = async (): Promise<ReadonlyMap<string, Transport>> =>
    new Map([
      ['rs1', await open(accessTo(server, keys))],
      ['rs2', await open(accessTo(server, keys))],
    ]);

  it('groups what real shells answer', async () => {
    const words = ['exec', RECORDED_INVENTORY, '--limit', 'rs*', '--shell', 'echo out; echo no >&2; exit 2'];
    const { exitCode, out } = await commandLine(words, await hosts());
    expect(exitCode).toBe(1);
    expect(out).toContain('rs1, rs2: exit code 2\n  out\n  no\nFailed on 2 of 2 hosts: exit code 2 on rs1, rs2.\n');
  });

  it('stops a command that prints without end', async () => {
    const { exitCode, err } = await commandLine(
      ['exec', RECORDED_INVENTORY, '--limit', 'rs1', '--', 'yes'],
      await hosts(),
    );
    expect([exitCode, err]).toEqual([1, 'rs1: web1: the command wrote more than 4 MiB\n']);
  });

  it('ends the processes of all hosts on an interrupt', async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    const line = `sleep 1000 & echo $! >${quote(folder)}/$!; wait`;
    const running = commandLine(['exec', RECORDED_INVENTORY, '--limit', 'rs*', '--shell', line], await hosts(), {
      signal: controller.signal,
    });
    const started = (): readonly string[] => readdirSync(folder);
    await until(() => started().length === 2);
    controller.abort();
    expect((await running).exitCode).toBe(130);
    await until(() => started().every((pid) => !alive(pid)));
  });
});
