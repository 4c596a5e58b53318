import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLOCK_TURNS, logScript } from '../../../src/logs/script.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { RECORDED_INVENTORY, commandLine } from '../../support/command-line.ts';
import { temporaryFolder } from '../../support/shells.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';
import { alive, until } from '../../support/until.ts';

const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');

// A folder of the test lies over /var/log, in mounts that only the host of the test has.
describe.skipIf(process.getuid?.() !== 0)('logs of hosts with syslog', () => {
  let keys: TestKeys;
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    keys = await newKeys();
    folder = temporaryFolder();
    const overlay = 'mount --bind "$0" /var/log && mount -t tmpfs none /run && exec /bin/sh';
    server = await startServer({
      hostKeys: [keys.host.private],
      user: 'root',
      allowed: [keys.login.parsed],
      shell: ['unshare', '--mount', '/bin/sh', '-c', overlay, folder],
    });
  });
  afterAll(async () => {
    await server.close();
    await keys.remove();
  });
  beforeEach(() => writeFileSync(join(folder, 'syslog'), ''));

  const hosts = async (): Promise<ReadonlyMap<string, Transport>> =>
    new Map([['rs1', await open(accessTo(server, keys))]]);

  it('are read from the file, with the clock compared', async () => {
    const now = Date.now();
    const lines = [
      `${stamp(now - 3_600_000)} rs1 nginx[1]: too old`,
      `${stamp(now - 5000)} rs1 Keepalived_vrrp[7]: Entering MASTER STATE`,
      `${stamp(now - 4000)} rs1 cron[8]: nothing`,
    ];
    writeFileSync(join(folder, 'syslog'), `${lines.join('\n')}\n`);
    const { exitCode, out } = await commandLine(
      ['logs', RECORDED_INVENTORY, '--limit', 'rs1', '--unit', 'keepalived'],
      await hosts(),
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /\nclocks of rs1 differ by less than 0\.\d{3} s\n\d{4}-.{18} rs1 Keepalived_vrrp\[7\]: Entering MASTER STATE\n$/,
    );
  });

  it('are followed beyond a rotation, and end with an interrupt', async () => {
    const file = join(folder, 'syslog');
    const controller = new AbortController();
    const seen: string[] = [];
    const [[, transport] = []] = await hosts();
    if (transport === undefined) throw new Error('no host');
    let sent = (_line: string): void => undefined;
    const running = transport
      .run(logScript({ sinceSeconds: 60, lines: 10, follow: true, units: [] }), {
        ...patient({ signal: controller.signal }),
        stdin: 'open',
        streamed: true,
        onInput: (send) => (sent = send),
        onLine: (line) => {
          seen.push(line);
          if (line === 'ready' || line.startsWith('clock ')) sent('clock');
        },
      })
      .catch((error: unknown) => error);
    await until(() => seen.some((line) => line.startsWith('syslog ')));
    expect(seen.filter((line) => /^clock \d+\.\d{9}$/.test(line))).toHaveLength(CLOCK_TURNS);
    appendFileSync(file, 'one\n');
    await until(() => seen.includes('one'));
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'two\n');
    await until(() => seen.includes('two'));
    const pid = String(server.children.at(-1)?.pid);
    controller.abort();
    expect(await running).toMatchObject({ code: 'interrupted' });
    await until(() => !alive(pid));
  });

  it('stop being followed when the connection is lost', async () => {
    const [[, transport] = []] = await hosts();
    const seen: string[] = [];
    let sent = (_line: string): void => undefined;
    const running = transport
      ?.run(logScript({ sinceSeconds: 60, lines: 10, follow: true, units: [] }), {
        ...patient(),
        stdin: 'open',
        streamed: true,
        onInput: (send) => (sent = send),
        onLine: (line) => {
          seen.push(line);
          if (line === 'ready' || line.startsWith('clock ')) sent('clock');
        },
      })
      .catch((error: unknown) => error);
    await until(() => seen.some((line) => line.startsWith('syslog ')));
    const pid = String(server.children.at(-1)?.pid);
    server.cut();
    expect(await running).toMatchObject({ code: 'connection-lost' });
    await until(() => !alive(pid));
  });
});
