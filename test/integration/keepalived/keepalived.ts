import { spawnSync } from 'node:child_process';

export const BENCH_LINKS: readonly string[] = ['eth0', 'eth1', 'eth2', 'eth3'];

/** A network namespace in which keepalived finds eth0 to eth3, up and with addresses. */
export interface Bench {
  readonly name: string;
  /** What `keepalived --config-test` ends with, and what it says. */
  readonly test: (file: string, id: string) => { readonly exit: number | null; readonly said: string };
  /** A program in the namespace. */
  readonly run: (...argv: readonly string[]) => {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  readonly remove: () => void;
}

/** @throws Error when keepalived or a namespace is not to be had: a comparison that did not run proves nothing */
export function bench(): Bench {
  const name = `lvsconf-${process.pid}`;
  run('keepalived', '--version');
  run('ip', 'netns', 'add', name);
  const ip = (...args: readonly string[]) => run('ip', '-n', name, ...args);
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1');
  ip('link', 'add', 'eth2', 'type', 'veth', 'peer', 'name', 'eth3');
  for (const [index, link] of BENCH_LINKS.entries()) {
    ip('link', 'set', link, 'up');
    ip('addr', 'add', `192.168.${168 + index}.2/24`, 'dev', link);
  }
  return {
    name,
    test: (file, id) => {
      const { status, stderr } = spawnSync(
        'ip',
        ['netns', 'exec', name, 'keepalived', '--config-test', '--config-id', id, '--use-file', file],
        { encoding: 'utf8' },
      );
      return { exit: status, said: stderr };
    },
    run: (...argv) => spawnSync('ip', ['netns', 'exec', name, ...argv], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
    remove: () => run('ip', 'netns', 'delete', name),
  };
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(
      `${program} ${args.join(' ')} did not work (it takes root, iproute2 and keepalived): ${error?.message ?? stderr}`,
    );
}
