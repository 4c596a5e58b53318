import { gzipSync } from 'node:zlib';
import type { AgentPrograms } from '../render/agent-program.ts';
import type { Bundle } from './manifest.ts';

/** Other names of `uname -m`. */
const SAME: ReadonlyMap<string, string> = new Map(Object.entries<string>({ amd64: 'x86_64', arm64: 'aarch64' }));

/** The agents of a bundle where this lvsctl has none of its own. */
export function withAgentsOf(bundle: Bundle | undefined, agents: AgentPrograms): AgentPrograms {
  if (bundle === undefined) return agents;
  return (machine) => {
    const own = agents(machine);
    const { agents: carried } = bundle.manifest;
    const name = SAME.get(machine) ?? machine;
    const content = Object.hasOwn(carried, name) ? carried[name] : undefined;
    if (!('missing' in own) || content === undefined) return own;
    const { sha256, size } = content;
    return { sha256, size, packed: () => gzipSync(bundle.read(sha256, 0, size), { level: 9 }).toString('base64') };
  };
}
