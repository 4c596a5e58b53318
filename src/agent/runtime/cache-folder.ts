import { homedir } from 'node:os';
import path from 'node:path';

/** Where sources and compiled runtimes are kept: `$XDG_CACHE_HOME/lvsctl/agent` or below `~/.cache`. */
export function agentCacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(base, 'lvsctl', 'agent');
}
