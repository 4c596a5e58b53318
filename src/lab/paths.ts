import { homedir } from 'node:os';
import path from 'node:path';
import { Failure } from '../failure.ts';

/** Where one running lab keeps everything it has; `down` removes the folder, and nothing of a lab is anywhere else. */
export interface LabPaths {
  readonly name: string;
  readonly folder: string;
  readonly state: string;
  readonly inventory: string;
  readonly overlay: string;
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly key: string;
  /** One record "PID START" for each process that the lab consists of. */
  readonly processes: string;
  /** What hosts or a guest get to read when they start: scripts, settings, keys. */
  readonly seed: string;
  readonly console: string;
  /** The only network namespace from which the hosts can be reached. */
  readonly controlNamespace: string;
}

/** Short on purpose: sockets and namespace files live below it, and a socket's path has 107 characters at most. */
export const LABS_FOLDER = '/run/lvsctl-lab';

/** Whether it can be a folder, a cgroup and a shell word as it is. */
export function isLabName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,19}$/.test(name);
}

/**
 * @throws Failure `lab` for a name that could not be a folder, a cgroup and a shell word as it is.
 */
export function labPaths(name: string): LabPaths {
  if (!isLabName(name)) {
    throw new Failure('lab', `invalid lab name '${name}'`, {
      hint: 'Use up to 20 lower-case letters, digits and dashes, starting with a letter.',
    });
  }
  const folder = path.join(LABS_FOLDER, name);
  return {
    name,
    folder,
    state: path.join(folder, 'state.json'),
    inventory: path.join(folder, 'inventory.yml'),
    overlay: path.join(folder, 'overlay.yml'),
    sshConfig: path.join(folder, 'ssh_config'),
    knownHosts: path.join(folder, 'known_hosts'),
    key: path.join(folder, 'key'),
    processes: path.join(folder, 'process'),
    seed: path.join(folder, 'seed'),
    console: path.join(folder, 'console'),
    controlNamespace: path.join(folder, 'net', 'control'),
  };
}

/** Where base image, packages and kernels are kept between labs: `$XDG_CACHE_HOME/lvsctl/lab` or below `~/.cache`. */
export function labCacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(base, 'lvsctl', 'lab');
}
