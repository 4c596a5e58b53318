import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Hosts on one link: namespaces on a bridge in a namespace of its own, isolated from the machine. Host n (from 1) has
 * eth0 with 10.77.0.n/24, fd77::n/64 and fe80::77:n/64, and the hardware address 02:77:00:00:00:n.
 */
export interface Segment {
  /** A folder for test files, removed with the segment. */
  readonly folder: string;
  /** The namespace of the bridge `wire`, where all traffic can be captured. */
  readonly wire: string;
  readonly namespace: (host: string) => string;
  /** Runs a program and waits for it. */
  readonly run: (
    host: string,
    ...argv: readonly string[]
  ) => { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  /** Starts a program that is stopped when the segment closes, at the latest. */
  readonly start: (host: string, ...argv: readonly string[]) => Program;
  /** Whether an address is on eth0 of the host. */
  readonly holds: (host: string, address: string) => boolean;
  /** Removes or restores the host's carrier. */
  readonly cable: (host: string, state: 'cut' | 'whole') => void;
  /** Partitions the link: the host keeps its carrier, but split hosts do not receive each other's packets. */
  readonly split: (host: string, state: 'apart' | 'joined') => void;
  readonly close: () => Promise<void>;
}

export interface Program {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Its output so far, both streams in order of arrival. */
  readonly output: () => string;
  /** Sends a signal and waits for the exit. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly ended: Promise<number | null>;
}

let count = 0;

export function openSegment(hosts: readonly string[]): Segment {
  const prefix = `lvt${process.pid}-${(count += 1)}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-segment-'));
  const wire = `${prefix}-wire`;
  const namespace = (host: string): string => `${prefix}-${host}`;
  const programs = new Set<Program>();
  const ip = (...argv: readonly string[]): void =>
    void execFileSync('ip', argv, { stdio: ['ignore', 'ignore', 'inherit'] });

  ip('netns', 'add', wire);
  for (const name of ['all', 'default']) inside(wire, 'sysctl', '-qw', `net.ipv6.conf.${name}.disable_ipv6=1`);
  ip('-n', wire, 'link', 'add', 'wire', 'type', 'bridge', 'stp_state', '0', 'mcast_snooping', '0');
  ip('-n', wire, 'link', 'set', 'wire', 'up');
  for (const [index, host] of hosts.entries()) {
    const number = index + 1;
    const own = namespace(host);
    ip('netns', 'add', own);
    // Disables duplicate address detection, which would delay addresses by a second or two.
    for (const name of ['all', 'default'])
      inside(own, 'sysctl', '-qw', `net.ipv6.conf.${name}.accept_dad=0`, `net.ipv6.conf.${name}.accept_ra=0`);
    ip(
      'link',
      'add',
      'eth0',
      'netns',
      own,
      'address',
      `02:77:00:00:00:${number.toString(16).padStart(2, '0')}`,
      'type',
      'veth',
      'peer',
      'name',
      host,
      'netns',
      wire,
    );
    ip('-n', wire, 'link', 'set', 'dev', host, 'master', 'wire', 'up');
    ip('-n', own, 'link', 'set', 'lo', 'up');
    ip('-n', own, 'link', 'set', 'eth0', 'addrgenmode', 'none');
    ip('-n', own, 'link', 'set', 'eth0', 'up');
    for (const address of [`10.77.0.${number}/24`, `fd77::${number}/64`, `fe80::77:${number}/64`])
      ip('-n', own, 'addr', 'add', address, 'dev', 'eth0');
  }

  return {
    folder,
    wire,
    namespace,
    run: (host, ...argv) => inside(namespace(host), ...argv),
    start(host, ...argv) {
      const program = startProgram(host === 'wire' ? wire : namespace(host), argv);
      programs.add(program);
      return program;
    },
    holds: (host, address) =>
      new RegExp(`inet6? ${address.replaceAll('.', '\\.')}/`).test(
        inside(namespace(host), 'ip', '-o', 'addr', 'show', 'dev', 'eth0').stdout,
      ),
    cable: (host, state) => ip('-n', wire, 'link', 'set', 'dev', host, state === 'cut' ? 'down' : 'up'),
    split: (host, state) =>
      void inside(wire, 'bridge', 'link', 'set', 'dev', host, 'isolated', state === 'apart' ? 'on' : 'off'),
    async close() {
      await Promise.all([...programs].map((program) => program.stop('SIGKILL')));
      for (const name of [...hosts.map(namespace), wire]) {
        // Children left behind by a program are in the namespace too.
        const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
        for (const pid of stdout.split('\n').filter((line) => line !== '')) spawnSync('kill', ['-KILL', pid]);
        spawnSync('ip', ['netns', 'del', name]);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function inside(name: string, ...argv: readonly string[]): ReturnType<Segment['run']> {
  return spawnSync('ip', ['netns', 'exec', name, ...argv], { encoding: 'utf8' });
}

function startProgram(name: string, argv: readonly string[]): Program {
  // `ip netns exec` execs the program, so that the pid is the program's.
  const child = spawn('ip', ['netns', 'exec', name, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    pid: child.pid ?? -1,
    process: child,
    output: () => output,
    ended,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const late = sleep(10_000, 'late' as const, { ref: false });
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
      return ended;
    },
  };
}
