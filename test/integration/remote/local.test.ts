import { Secret } from '../../../src/text/secret.ts';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sh } from '../../../src/remote/command.ts';
import { connectLocal } from '../../../src/remote/local.ts';
import { connector } from '../../../src/cli/connect.ts';
import { failureOf } from '../../support/failure-of.ts';
import { patient } from '../../support/ssh-access.ts';
import { temporaryFolder } from '../../support/shells.ts';
import { alive, until } from '../../support/until.ts';

const allowed = process.getuid?.() === 0 || spawnSync('sudo', ['-n', 'true']).status === 0;

describe.skipIf(!allowed)('a run on this machine', () => {
  const transport = connectLocal('here');

  it('returns both outputs, lines and the exit code, as over SSH', async () => {
    const seen: string[] = [];
    const result = await transport.run(
      sh`echo ${"it's"}; pwd; id -u; echo no >&2; cat; exit 3`,
      patient({ onLine: (line) => seen.push(line) }),
    );
    expect(result).toEqual({ exitCode: 3, stdout: "it's\n/\n0\n", stderr: 'no\n' });
    expect(seen).toEqual(["it's", '/', '0']);
  });

  it('accepts a script of 200 KB', async () => {
    expect((await transport.run(sh`x=${'x'.repeat(200_000)}; echo "\${#x}"`, patient())).stdout).toBe('200000\n');
  });

  it('returns a syntax error as a result', async () => {
    expect((await transport.run(sh`echo a; echo 'b`, patient())).exitCode).toBe(2);
  });

  it.each(['timeout', 'interrupted'])('ends the whole process group on %s', async (code) => {
    const abort = new AbortController();
    const pids: string[] = [];
    const run = failureOf(
      transport.run(
        sh`echo $$; sh -c 'echo $$; sleep 60; : ${new Secret('hunter2hunter2')}'`,
        patient({
          signal: abort.signal,
          timeoutMs: code === 'timeout' ? 500 : 20_000,
          onLine: (line) => pids.push(line),
        }),
      ),
    );
    await until(() => pids.length === 2);
    if (code === 'interrupted') abort.abort();
    const failure = await run;
    expect(failure.code).toBe(code);
    expect(JSON.stringify(failure.detail)).not.toContain('hunter2');
    await until(() => !pids.some(alive));
  });

  it.each(['timeout', 'closed'])('that must not be interrupted runs to its end when it is %s', async (what) => {
    const other = connectLocal('here');
    const end = join(temporaryFolder(), 'end');
    let begun = false;
    const run = other.run(
      sh`echo; sleep 1; : > ${end}`,
      patient({ timeoutMs: what === 'timeout' ? 600 : 20_000, onGiveUp: 'leave', onLine: () => (begun = true) }),
    );
    await until(() => begun);
    if (what === 'timeout') expect((await failureOf(run)).code).toBe('timeout');
    other.close();
    await until(() => existsSync(end));
  });

  it('does not end a background process', { timeout: 15_000 }, async () => {
    const result = await transport.run(sh`sleep 30 & echo $!`, patient());
    const pid = result.stdout.trim();
    expect(alive(pid)).toBe(true);
    process.kill(Number(pid), 'SIGKILL');
  });

  it('abandons the run when the transport is closed', async () => {
    const other = connectLocal('here');
    let begun = false;
    const run = failureOf(other.run(sh`echo; sleep 60`, patient({ onLine: () => (begun = true) })));
    await until(() => begun);
    other.close();
    expect((await run).message).toBe('here: the command was ended by SIGTERM');
  });
});

describe('the way to a host', () => {
  const signal = new AbortController().signal;

  it('leads to this machine for the access `local`', async () => {
    const transport = await connector()({ name: 'here', access: { kind: 'local' } })(signal);
    expect(transport.host).toBe('here');
  });

  it('fails at once for a lab that is down, without sending a packet', async () => {
    const access = {
      kind: 'lab',
      lab: 'never-made',
      host: '192.168.168.100',
      port: 22,
      connectTimeoutSeconds: 60,
    } as const;
    const failure = await failureOf(connector()({ name: 'dr1', access })(signal));
    expect(failure.code).toBe('lab');
  });
});
