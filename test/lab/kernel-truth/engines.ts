import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../../support/lab.ts';
import type { TypedShell } from './typed-shell.ts';

export type Engine = 'agent' | 'keepalived';
export const ENGINES: readonly Engine[] = ['agent', 'keepalived'];

/** Where everything of these tests is on a host. */
export const PLACE = '/run/kernel-truth';

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

/** Puts a file onto a host through its shell. */
export async function put(shell: TypedShell, file: string, bytes: Uint8Array, mode = '644'): Promise<void> {
  const text = gzipSync(bytes).toString('base64');
  await shell.run(
    `base64 -d <<'END' | gzip -d > ${file}.new\n${text}\nEND\nchmod ${mode} ${file}.new && mv ${file}.new ${file}`,
  );
}

export async function putAgent(shell: TypedShell, file: string): Promise<void> {
  const manifest = process.env['LVSCTL_AGENT_MANIFEST'] ?? path.join(ROOT, 'dist/agent/manifest.json');
  const machine = ARCHITECTURES[(await shell.run('uname -m')).trim()] ?? 'unknown';
  await put(shell, file, readFileSync(path.join(path.dirname(manifest), `lvs-agent-${machine}`)), '755');
}

/**
 * A network namespace for each engine on a director, so that both keep a table of their own in the same kernel and see
 * the same real servers at the same time; the director's own table and keepalived are left alone.
 */
export async function makeNamespaces(shell: TypedShell): Promise<void> {
  await removeNamespaces(shell);
  await shell.run(`mkdir -p ${PLACE} && modprobe -a ip_vs_wrr ip_vs_sh ip_vs_mh ip_vs_wlc ip_vs_lc`);
  for (const [index, engine] of ENGINES.entries())
    await shell.run(`set -e
ip netns add truth-${engine}
ip link add link eth0 name truth${index} netns truth-${engine} type macvlan mode bridge
ip -n truth-${engine} link set lo up
ip -n truth-${engine} link set truth${index} up
ip -n truth-${engine} address add 192.168.168.${220 + index}/24 dev truth${index}
ip -n truth-${engine} address add fd00:168::${220 + index}/64 dev truth${index} nodad
mkdir -p ${PLACE}/${engine}`);
}

export async function removeNamespaces(shell: TypedShell): Promise<void> {
  for (const engine of ENGINES)
    await shell.run(`test ! -e /run/netns/truth-${engine} || {
for pid in $(ip netns pids truth-${engine}); do kill -KILL $pid 2>/dev/null; done
ip netns delete truth-${engine}
}`);
  await shell.run(`rm -rf ${PLACE}`);
}

const COMMANDS: Readonly<Record<Engine, string>> = {
  agent: `${PLACE}/lvs-agent -C -D -f ${PLACE}/keepalived.conf --state ${PLACE}/agent/state.json -s ${PLACE}/agent/status.sock`,
  keepalived: `keepalived -n -l -C -D -f ${PLACE}/keepalived.conf -p ${PLACE}/keepalived/pid -c ${PLACE}/keepalived/checkers.pid`,
};

/** Starts an engine in its namespace on the file that is there. */
export async function startEngine(shell: TypedShell, engine: Engine): Promise<void> {
  await shell.run(`ip netns exec truth-${engine} ${COMMANDS[engine]} > ${PLACE}/${engine}/log 2>&1 &
echo $! > ${PLACE}/${engine}/started`);
}

/** @returns once it has ended, or fails after ten seconds */
export async function stopEngine(shell: TypedShell, engine: Engine): Promise<void> {
  await shell.run(`pid=$(cat ${PLACE}/${engine}/started); kill -TERM $pid 2>/dev/null
for turn in $(seq 100); do kill -0 $pid 2>/dev/null || exit 0; sleep 0.1; done; kill -KILL $pid; exit 1`);
}

export async function reloadEngine(shell: TypedShell, engine: Engine): Promise<void> {
  await shell.run(`kill -HUP $(cat ${PLACE}/${engine}/started)`);
}

/** The kernel's table, as ipvsadm shows it with these options. */
export async function dump(shell: TypedShell, engine: Engine, ...options: readonly string[]): Promise<string> {
  const all = options.map((option) => `ip netns exec truth-${engine} ipvsadm ${option}`);
  return shell.run(all.join(' && '));
}

export async function logOf(shell: TypedShell, engine: Engine): Promise<string> {
  return shell.run(`tail -n 40 ${PLACE}/${engine}/log`);
}
