import { homedir } from 'node:os';
import path from 'node:path';

/** The cache of sources and compiled runtimes: `$XDG_CACHE_HOME/lvsctl/agent`, by default in `~/.cache`. */
export function agentCacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(base, 'lvsctl', 'agent');
}
