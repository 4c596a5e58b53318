import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../src/failure.ts';
import type { Command } from '../../../src/remote/command.ts';
import type { Result, RunOptions, Transport } from '../../../src/remote/transport.ts';
import { printed } from '../../support/recorded.ts';
import { holding } from '../../support/holding.ts';

/** What a test may do to the cluster, and what it can look at afterwards. */
export interface Simulated {
  readonly transports: ReadonlyMap<string, Transport>;
  /** The commands that inject and revert faults on a host, in order: arm, inject, put back, clean up. */
  readonly done: readonly string[];
  /** Streams that still run. */
  running(): number;
}

/** How the cluster behaves. */
export interface Behaviour {
  /** Milliseconds from the stop of the daemon until the other director has the address; undefined: never. */
  readonly takeoverMs: number | undefined;
  /** Requests fail from the beginning. */
  readonly sick?: boolean;
  /** Where the clean-up in the end fails. */
  readonly stuck?: { readonly host: string; readonly gives: Result | Failure };
}

const OBSERVED = new Map([
  ['facts', 'systemd\n'],
  [
    'address',
    `2: eth0    inet 192.168.168.100/24 scope global eth0
2: eth0    inet 192.168.168.107/24 scope global eth0
`,
  ],
  ['service', 'Names=keepalived.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n'],
  ['faults', 'timers systemd\nport 80\n'],
  ['end', ''],
]);

/**
 * Five hosts that know the test's commands by a word of each, and behave as a cluster whose master can be stopped:
 * enough to run a whole test in some seconds. What the commands really do is proven in the lab.
 */
export function simulatedCluster({ takeoverMs, sick = false, stuck }: Behaviour): Simulated {
  const done: string[] = [];
  const watchers = new Map<string, (line: string) => void>();
  let owner: string | undefined = 'dr1';
  let broken = false;
  let brokenAt = '';
  let running = 0;
  const began = Date.now();
  const uptime = (): string => ((Date.now() - began) / 1000 + 100).toFixed(2);
  const beat = (): string => `beat ${uptime()} 3f0c6c9e-boot`;

  const own = (next: string | undefined): void => {
    const report = (host: string, gone: string): void => {
      watchers.get(host)?.(`[${uptime()}] ${gone}2: eth0    inet 192.168.168.12/32 scope global eth0`);
    };
    if (owner !== undefined) report(owner, 'Deleted ');
    if (next !== undefined) report(next, '');
    owner = next;
  };

  const stream = async (options: RunOptions, each: () => void): Promise<Result> => {
    running += 1;
    try {
      while (!options.signal.aborted) {
        each();
        await sleep(20, undefined, { signal: options.signal }).catch(() => undefined);
      }
    } finally {
      running -= 1;
    }
    throw new Failure('interrupted', 'the command was interrupted');
  };

  const inject = (): Result => {
    broken = true;
    brokenAt = uptime();
    own(undefined);
    if (takeoverMs !== undefined) setTimeout(() => own(broken ? 'dr2' : 'dr1'), takeoverMs).unref();
    return ok('');
  };

  const putBack = (): Result => {
    if (broken) own('dr1');
    broken = false;
    return ok(`began ${brokenAt}\nundone lvsctl ${uptime()}\n`);
  };

  const run = async (host: string, { script }: Command, options: RunOptions): Promise<Result> => {
    const say = options.onLine ?? (() => undefined);
    if (script.includes('echo locked')) return { ...ok(''), ...(await holding(options)) };
    if (script.includes('mkfifo'))
      return await stream(options, () => say(`${uptime()} ${sick || owner === undefined ? '000' : '200'} 0.001000`));
    if (script.includes('monitor neigh')) return await stream(options, () => undefined);
    if (script.includes('monitor address')) {
      watchers.set(host, say);
      say(beat());
      if (host === owner) say('now 2: eth0    inet 192.168.168.12/32 scope global eth0');
      return await stream(options, () => undefined);
    }
    if (script.includes("grep -v '^beat '")) return ok('');
    await sleep(5);
    const [, nonce] = /@lvsctl:section facts ([0-9a-f]+)/.exec(script) ?? [];
    if (nonce !== undefined) return ok(printed(OBSERVED).replaceAll(/^(@lvsctl:section \S+)$/gm, `$1 ${nonce}`));
    // What a killed test left is undone before the first fault; there is nothing here.
    if (script.includes('for beat in')) return ok('');
    const kinds = [
      ['--on-active', 'arm', () => ok('armed\n')],
      ['must begin within', 'inject', inject],
      ['for what in began', 'put back', putBack],
      ['/*.undo', 'clean up', () => ok('')],
    ] as const;
    const [, name, act] = kinds.find(([word]) => script.includes(word)) ?? [];
    if (name === undefined || act === undefined) throw new Error(`${host} does not know this command:\n${script}`);
    done.push(`${host}: ${name}`);
    if (name === 'clean up' && host === stuck?.host) {
      if (stuck.gives instanceof Failure) throw stuck.gives;
      return stuck.gives;
    }
    return act();
  };

  const hosts = ['dr1', 'dr2', 'rs1', 'rs2', 'c1'];
  const transport = (host: string): Transport => ({
    host,
    run: async (command, options) => await run(host, command, options),
    close: () => undefined,
  });
  return { transports: new Map(hosts.map((host) => [host, transport(host)])), done, running: () => running };
}

function ok(stdout: string): Result {
  return { exitCode: 0, stdout, stderr: '' };
}
