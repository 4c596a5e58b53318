import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './lab.ts';
import type { Program, Segment } from './segment.ts';

/** The agent as deployed, the agent on Node, and keepalived. */
export type Engine = 'agent' | 'agent on Node' | 'keepalived';

const PUSHED = path.join(ROOT, `dist/agent/lvs-agent-${process.arch}`);

export interface Router {
  readonly program: Program;
  /** Replaces the configuration and reloads it. */
  readonly reload: (configuration: string) => void;
  /** What `lvs-agent status` prints; only of an agent. */
  readonly status: () => unknown;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Runs a router on a host of a segment with this keepalived.conf. */
export function startRouter(
  segment: Segment,
  host: string,
  engine: Engine,
  configuration: string,
  flags: readonly string[] = [],
): Router {
  const at = (name: string): string => path.join(segment.folder, `${host}.${name}`);
  writeFileSync(at('conf'), configuration);
  const program = segment.start(host, ...command(engine), '-f', at('conf'), ...places(engine, at), ...flags);
  return {
    program,
    reload(text) {
      writeFileSync(at('new'), text);
      renameSync(at('new'), at('conf'));
      program.process.kill('SIGHUP');
    },
    status: () => JSON.parse(segment.run(host, ...command(engine), 'status', '--status-socket', at('sock')).stdout),
    stop: (signal) => program.stop(signal),
  };
}

/** @throws if the deployed program is not built, as testing another one would prove nothing */
export function command(engine: Engine): readonly string[] {
  if (engine === 'keepalived') return ['keepalived', '-n', '-l', '-D'];
  if (engine === 'agent on Node') return [process.execPath, path.join(ROOT, 'bin/lvs-agent.js')];
  const pushed = process.env['LVS_AGENT'] ?? PUSHED;
  if (!existsSync(pushed)) throw new Error(`${pushed} is not there: npm run build makes it`);
  return [pushed];
}

function places(engine: Engine, at: (name: string) => string): readonly string[] {
  if (engine === 'keepalived') return ['-p', at('pid'), '-r', at('vrrp.pid'), '-c', at('checkers.pid')];
  return ['--state', at('state'), '--status-socket', at('sock')];
}

/** Waits for a condition in real time. @throws with `what` on timeout */
export async function eventually(what: string, condition: () => boolean, milliseconds = 30_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`within ${milliseconds} ms it did not come to this: ${what}`);
    await sleep(25);
  }
}

export interface Instance {
  readonly version: 2 | 3;
  readonly priority: number;
  /** seconds */
  readonly advertInt: number;
  readonly addresses: readonly string[];
  readonly vrid?: number;
  /** Additional lines of the block. */
  readonly more?: readonly string[];
}

/** A keepalived.conf with one instance on eth0. */
export function instance({ version, priority, advertInt, addresses, vrid = 7, more = [] }: Instance): string {
  return `vrrp_instance V {
  state BACKUP
  interface eth0
  virtual_router_id ${vrid}
  version ${version}
  priority ${priority}
  advert_int ${advertInt}
  virtual_ipaddress {
${addresses.map((address) => `    ${address}/${address.includes(':') ? 64 : 24}`).join('\n')}
  }
${more.map((line) => `  ${line}`).join('\n')}
}
`;
}
