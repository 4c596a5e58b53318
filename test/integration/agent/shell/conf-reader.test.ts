import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { printConf, readConfAside } from '../../../../src/agent/shell/conf/conf-reader.ts';
import { writeAll } from '../../../../src/agent/shell/sys/files.ts';
import { type LoadedConf, loadConf } from '../../../../src/agent/shell/conf/load-conf.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import { DEFAULTS } from '../../../../src/agent/shell/options.ts';
import type { SpawnSpec, Sys } from '../../../../src/agent/shell/sys/sys.ts';

const TEXT = `
virtual_server 192.0.2.100 53 {
  lb_algo rr
  lb_kind NAT
  protocol UDP
  real_server 192.0.2.2 53 {
    UDP_CHECK {
      payload 01020304
    }
  }
}
`;
const host = nodeSys([]);
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-conf-'));
  file = path.join(folder, 'a.conf');
  writeFileSync(file, TEXT);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Reads a configuration with a fake `spawn`. */
async function read(spawn: Sys['spawn'], env: Sys['env'] = host.env): Promise<LoadedConf> {
  const loop = new EpollLoop(host, (error) => expect.unreachable(String(error)));
  let loaded: LoadedConf | undefined;
  loop.at(0, () =>
    readConfAside(
      { ...host, spawn, env },
      loop,
      { ...DEFAULTS, file, configId: 'dr1', subsystems: 'check' },
      (conf) => {
        loaded = conf;
        loop.stop();
      },
    ),
  );
  await loop.run();
  if (loaded === undefined) throw new Error('nothing was read');
  return loaded;
}

it('returns the same from a child process as in-process', async () => {
  const specs: SpawnSpec[] = [];
  const there = loadConf(host, { ...DEFAULTS, file });
  const loaded = await read((spec) => {
    specs.push(spec);
    writeAll(host, spec.stdio[1] ?? -1, encodeUtf8(printConf(there)));
    return 2 ** 22 + 1;
  });
  expect(there.lines).toEqual([]);
  expect(loaded).toEqual({ ...there, files: [] });
  expect(specs[0]?.argv[0]).toBe('/proc/self/exe');
  expect(specs[0]?.argv.slice(-4)).toEqual(['parse', `--use-file=${file}`, '--config-id=dr1', '-C']);
});

it('receives more than a pipe holds', async () => {
  const there = loadConf(host, { ...DEFAULTS, file });
  const lines = Array.from({ length: 20_000 }, (_, index) => ({
    level: 'error' as const,
    text: `only the other process says line ${index}`,
  }));
  const output = path.join(folder, 'output');
  writeFileSync(output, printConf({ ...there, lines }));
  let flags = '';
  const loaded = await read((spec) => {
    flags = readFileSync(`/proc/self/fdinfo/${spec.stdio[1]}`, 'utf8');
    return host.spawn({ ...spec, argv: ['/bin/cat', output] });
  });
  // The pipe is inherited: O_NONBLOCK would truncate the output.
  expect(flags).toMatch(/flags:\s+02000001\n/);
  expect(loaded.lines).toEqual(lines);
});

it('reads in-process if no child can be started', async () => {
  const loaded = await read(() => -12);
  expect(loaded.conf?.check.virtual_server).toHaveLength(1);
});

it('reads in-process if the child is killed', async () => {
  const loaded = await read((spec) => {
    writeAll(host, spec.stdio[1] ?? -1, encodeUtf8('{"conf":{"glo'));
    return 2 ** 22 + 1;
  });
  expect(loaded.conf?.check.virtual_server).toHaveLength(1);
});

it('logs warnings as warnings, also for a rejected file', () => {
  writeFileSync(file, 'vrrp_instance A {\ninterface lan\n}\nlinkbeat_use_polling\n');
  const { conf, lines } = loadConf(host, { ...DEFAULTS, file });
  expect(conf).toBeUndefined();
  expect(lines.filter(({ level }) => level === 'error').map(({ text }) => text.replace(`${file}:`, ''))).toEqual([
    '1:1: A has no virtual_router_id',
    '  add virtual_router_id with a number from 1 to 255',
  ]);
  expect(lines.filter(({ level }) => level === 'notice')).toContainEqual(
    expect.objectContaining({ text: expect.stringContaining('warning: linkbeat_use_polling ignored') as string }),
  );
});

it('does not pass service manager variables to the child', async () => {
  const specs: SpawnSpec[] = [];
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '5000000', WATCHDOG_PID: '1', LANG: 'C' };
  await read((spec) => {
    specs.push(spec);
    return -12;
  }, env);
  expect(specs.map((spec) => spec.env)).toEqual([{ LANG: 'C' }]);
});
