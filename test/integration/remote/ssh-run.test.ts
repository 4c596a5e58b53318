import { Secret } from '../../../src/text/secret.ts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sh } from '../../../src/remote/command.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { temporaryFolder } from '../../support/shells.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';
import { alive, until } from '../../support/until.ts';

describe('a run over SSH', () => {
  let keys: TestKeys;
  let server: TestServer;
  let transport: Transport;

  beforeAll(async () => {
    keys = await newKeys();
    server = await startServer({ hostKeys: [keys.host.private], user: 'root', allowed: [keys.login.parsed] });
    transport = await open(accessTo(server, keys));
  });
  afterAll(async () => {
    transport.close();
    await server.close();
    await keys.remove();
  });

  it('returns both outputs and the exit code', async () => {
    const result = await transport.run(sh`echo ${"it's"}; pwd; echo no >&2; cat; exit 3 # the end`, patient());
    expect(result).toEqual({ exitCode: 3, stdout: "it's\n/\n", stderr: 'no\n' });
  });

  it('requests nothing but a shell', () => {
    expect(new Set(server.commands)).toEqual(new Set(['exec /bin/sh']));
  });

  it('delivers lines while the command is running', async () => {
    const seen: string[] = [];
    const errors: string[] = [];
    let seenAtFirst: readonly string[] = [];
    const result = transport.run(
      sh`printf 'on'; printf 'e\ntw'; sleep 0.3; echo o; echo e >&2; printf last`,
      patient({ onLine: (line) => seen.push(line), onErrorLine: (line) => errors.push(line) }),
    );
    await until(() => seen.length > 0);
    seenAtFirst = [...seen];
    await result;
    expect([seenAtFirst, seen, errors]).toEqual([['one'], ['one', 'two', 'last'], ['e']]);
  });

  it('accepts a script of 200 KB', async () => {
    const script = sh`x=${'x'.repeat(200_000)}; echo ${'y'.repeat(50_000)} | wc -c; echo "\${#x}"`;
    expect((await transport.run(script, patient())).stdout.replaceAll(' ', '')).toBe('50001\n200000\n');
  });

  it('returns 5 MB of output completely', async () => {
    const { stdout } = await transport.run(sh`head -c 5000000 /dev/zero | tr '\\0' x; echo end`, patient());
    expect([stdout.length, stdout.slice(-5)]).toEqual([5_000_004, 'xend\n']);
  });

  it('stops a command with unlimited output', async () => {
    const failure = await failureOf(transport.run(sh`yes`, patient()));
    expect(failure.message).toBe('web1: the command wrote more than 64 MiB');
  });

  it('decodes invalid UTF-8 as U+FFFD', async () => {
    expect((await transport.run(sh`printf 'a\\377b'`, patient())).stdout).toBe('a\uFFFDb');
  });

  it('returns a syntax error as a result, and runs nothing', async () => {
    const result = await transport.run(sh`echo a; echo 'b`, patient());
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('runs many commands in parallel, within the limit of the server', async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, i) => transport.run(sh`sleep 0.02; echo ${i}`, patient())),
    );
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('fails when the shell is killed by a signal', async () => {
    const failure = await failureOf(transport.run(sh`kill -9 $$`, patient()));
    expect([failure.code, failure.message]).toEqual(['command', 'web1: the command was ended by SIGKILL']);
  });

  it('fails after its time-out, and its processes end', async () => {
    let pid = '';
    const command = sh`echo $$; sleep 60; echo ${new Secret('hunter2hunter2')}`;
    const failure = await failureOf(
      transport.run(command, patient({ timeoutMs: 1200, onLine: (line) => (pid = line) })),
    );
    expect([failure.code, failure.message]).toEqual(['timeout', 'web1: the command did not end within 1.2 s']);
    expect(failure.detail).toMatchObject({
      host: 'web1',
      retryable: true,
      command: 'echo $$; sleep 60; echo [secret]',
    });
    await until(() => !alive(pid));
  });

  it('fails when it is interrupted, and its processes end', async () => {
    const abort = new AbortController();
    let pid = '';
    const run = transport.run(sh`echo $$; sleep 60`, patient({ signal: abort.signal, onLine: (line) => (pid = line) }));
    await until(() => pid !== '');
    abort.abort();
    expect((await failureOf(run)).code).toBe('interrupted');
    await until(() => !alive(pid));
  });

  it.each(['timeout', 'interrupted'])('runs to its end under `leave` after a %s', async (code) => {
    const abort = new AbortController();
    const end = join(temporaryFolder(), 'end');
    let begun = false;
    const run = failureOf(
      transport.run(
        sh`echo; sleep 1; : > ${end}`,
        patient({
          signal: abort.signal,
          timeoutMs: code === 'timeout' ? 600 : 20_000,
          onGiveUp: 'leave',
          onLine: () => (begun = true),
        }),
      ),
    );
    await until(() => begun);
    if (code === 'interrupted') abort.abort();
    expect((await run).code).toBe(code);
    expect(existsSync(end)).toBe(false);
    await until(() => existsSync(end));
  });

  it('reads lines sent to it while it runs', async () => {
    const seen: string[] = [];
    let send: (line: string) => void = () => undefined;
    const run = transport.run(
      sh`echo ready; while read -r line; do echo "got $line"; [ "$line" != stop ] || exit 7; done`,
      patient({ stdin: 'open', onLine: (line) => seen.push(line), onInput: (way) => (send = way) }),
    );
    await until(() => seen.length === 1);
    send('a b');
    await until(() => seen.length === 2);
    send('stop');
    expect(await run).toMatchObject({ exitCode: 7, stdout: 'ready\ngot a b\ngot stop\n' });
    expect(() => send('late')).not.toThrow();
  });

  it('does not start when it is interrupted before, or while it waits', async () => {
    const before = server.commands.length;
    expect((await failureOf(transport.run(sh`true`, patient({ signal: AbortSignal.abort() })))).code).toBe(
      'interrupted',
    );
    const busy = Array.from({ length: 8 }, () => transport.run(sh`sleep 0.5`, patient()));
    const late = await failureOf(transport.run(sh`true`, patient({ timeoutMs: 50 })));
    expect([late.code, late.message]).toEqual(['timeout', 'web1: the command did not start within 0.05 s']);
    await Promise.all(busy);
    expect(server.commands.length - before).toBe(8);
  });

  it('ends on the host when it is interrupted, even with the maximum of parallel runs', async () => {
    const abort = new AbortController();
    const pids: string[] = [];
    const onLine = (line: string): void => void pids.push(line);
    const runs = Array.from({ length: 8 }, () =>
      failureOf(transport.run(sh`echo $$; sleep 60`, patient({ signal: abort.signal, onLine }))),
    );
    await until(() => pids.length === 8);
    abort.abort();
    await Promise.all(runs);
    await until(() => !pids.some(alive));
  });

  it('frees its session when it is interrupted at any moment', async () => {
    for (let round = 0; round < 30; round += 1) {
      const abort = new AbortController();
      const runs = Array.from({ length: 8 }, () =>
        failureOf(transport.run(sh`sleep 5`, patient({ signal: abort.signal }))),
      );
      await delay(round % 10);
      abort.abort();
      expect(new Set((await Promise.all(runs)).map(({ code }) => code))).toEqual(new Set(['interrupted']));
    }
    const after = await Promise.all(Array.from({ length: 16 }, () => transport.run(sh`echo ok`, patient())));
    expect(after.every(({ stdout }) => stdout === 'ok\n')).toBe(true);
  });

  it('propagates an error of a listener without other effects', async () => {
    const onLine = (): never => {
      throw new Error('mine');
    };
    await expect(transport.run(sh`echo a; sleep 60`, patient({ onLine }))).rejects.toThrow('mine');
    await expect(transport.run(sh`printf a`, patient({ onLine }))).rejects.toThrow('mine');
    expect((await transport.run(sh`echo ok`, patient())).stdout).toBe('ok\n');
  });

  it('does not wait for a background process that keeps its outputs open', { timeout: 15_000 }, async () => {
    const begun = performance.now();
    const result = await transport.run(sh`sleep 30 & echo done`, patient());
    expect(result).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  it('keeps its input open on request, so that a lock ends with the connection', async () => {
    const other = await open(accessTo(server, keys));
    const pids: string[] = [];
    const held = other.run(
      sh`echo $$; cat; echo released >&2`,
      patient({ stdin: 'open', onLine: (line) => pids.push(line) }),
    );
    await until(() => pids.length === 1);
    expect((await other.run(sh`echo beside`, patient())).stdout).toBe('beside\n');
    expect(alive(pids[0] ?? '')).toBe(true);
    other.close();
    expect((await failureOf(held)).message).toBe('web1: the connection was closed');
    await until(() => !alive(pids[0] ?? ''));
  });

  it('shows a secret in no process list and no error', async () => {
    const secret = new Secret('tr0ub4dor&3 "it\'s"');
    const abort = new AbortController();
    let begun = false;
    const run = transport.run(
      sh`echo ${secret} >&2; sleep 60`,
      patient({ signal: abort.signal, onErrorLine: () => (begun = true) }),
    );
    await until(() => begun);
    const lists = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => (existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : ''));
    expect(lists.some((list) => list.includes('tr0ub4dor'))).toBe(false);
    abort.abort();
    const failure = await failureOf(run);
    expect(JSON.stringify([failure.message, failure.detail])).not.toContain('tr0ub4dor');
    expect(failure.detail.stderr).toBe('[secret]\n');
  });
});

describe.each([
  ['bash', '/bin/bash'],
  ['csh', '/bin/tcsh'],
  ['fish', '/usr/bin/fish'],
])('a run for a user whose login shell is %s', (_name, loginShell) => {
  it.skipIf(!existsSync(loginShell))('is as any other', async () => {
    const keys = await newKeys();
    const server = await startServer({
      hostKeys: [keys.host.private],
      user: 'root',
      allowed: [keys.login.parsed],
      loginShell,
    });
    const transport = await open(accessTo(server, keys));
    expect(await transport.run(sh`echo ${'a\n$b!'}; exit 4`, patient())).toEqual({
      exitCode: 4,
      stdout: 'a\n$b!\n',
      stderr: '',
    });
    transport.close();
    await server.close();
    await keys.remove();
  });
});

describe('a run on a host of its own ways', () => {
  let keys: TestKeys;
  beforeAll(async () => {
    keys = await newKeys();
  });
  afterAll(async () => {
    await keys.remove();
  });

  async function with_(
    behaviour: Partial<Parameters<typeof startServer>[0]>,
    body: (transport: Transport, server: TestServer) => Promise<void>,
  ): Promise<void> {
    const user = behaviour.user ?? 'root';
    const server = await startServer({
      hostKeys: [keys.host.private],
      user,
      allowed: [keys.login.parsed],
      ...behaviour,
    });
    const transport = await open(accessTo(server, keys, { user }));
    await body(transport, server);
    transport.close();
    await server.close();
  }
  const says = (script: string): readonly string[] => ['/bin/sh', '-c', script];

  it('ignores the output of the login', async () => {
    await with_({ shell: says('echo Welcome; printf motd >&2; exec /bin/sh') }, async (transport) => {
      const seen: string[] = [];
      const result = await transport.run(sh`echo a; echo b >&2`, patient({ onLine: (line) => seen.push(line) }));
      expect([result.stdout, result.stderr, seen]).toEqual(['a\n', 'b\n', ['a']]);
    });
  });

  it('waits when the server allows fewer sessions than usual', async () => {
    await with_({ maxSessions: 2 }, async (transport, server) => {
      const runs = Array.from({ length: 12 }, (_, i) => transport.run(sh`sleep 0.02; echo ${i}`, patient()));
      expect((await Promise.all(runs)).map(({ stdout }) => Number(stdout))).toEqual(
        Array.from({ length: 12 }, (_, i) => i),
      );
      expect(server.commands).toHaveLength(12);
    });
  });

  it('reports a server that allows no session', async () => {
    await with_({ maxSessions: 0 }, async (transport) => {
      const failure = await failureOf(transport.run(sh`true`, patient()));
      expect(failure.code).toBe('unsupported');
      expect(failure.message).toMatch(/^web1: sshd does not let root run a command: /);
    });
  });

  it('uses plain sudo for users other than root', async () => {
    await with_({ user: 'ops', shell: ['/bin/sh'] }, async (transport, server) => {
      expect((await transport.run(sh`echo a`, patient())).stdout).toBe('a\n');
      expect(server.commands).toEqual(['exec sudo -n /bin/sh']);
    });
  });

  it.each([
    ['sudo: a password is required', 'web1: ops is not root and sudo asks for a password'],
    ['ops is not in the sudoers file.', 'web1: ops is not root and may not use sudo'],
    [
      'Sorry, user ops is not allowed to execute /bin/sh as root on web1.',
      'web1: ops is not root and may not use sudo',
    ],
    ['bash: line 1: exec: sudo: not found', 'web1: ops is not root and sudo is not installed'],
    ['sudo: unable to stat /etc/sudoers', 'web1: ops is not root and sudo failed: sudo: unable to stat /etc/sudoers'],
  ])('is refused by %s', async (words, message) => {
    await with_({ user: 'ops', shell: says(`echo '${words}' >&2; exit 1`) }, async (transport) => {
      const failure = await failureOf(transport.run(sh`echo a`, patient()));
      expect([failure.code, failure.message]).toEqual(['privilege', message]);
      expect(failure.detail.hint).toBeTruthy();
    });
  });

  it('returns exit code 1 of the script', async () => {
    await with_({ user: 'ops', shell: ['/bin/sh'] }, async (transport) => {
      const result = await transport.run(sh`echo 'sudo: a password is required' >&2; exit 1`, patient());
      expect(result.exitCode).toBe(1);
    });
  });

  it('reports a user without a login shell', async () => {
    await with_({ shell: says('echo This account is currently not available.; exit 1') }, async (transport) => {
      const failure = await failureOf(transport.run(sh`true`, patient()));
      expect([failure.code, failure.message]).toEqual([
        'unsupported',
        'web1: cannot start /bin/sh as root: This account is currently not available.',
      ]);
    });
  });
});
