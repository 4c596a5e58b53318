import type { RenderedFile } from '../render/files.ts';
import type { Engine } from './engine.ts';
import type { FileWant } from '../resources/file.ts';

/** The rendered files of a host as wants; units make systemd look again, and who reads keepalived.conf tries it first. */
export function fileWants(files: readonly RenderedFile[], engine: Engine = 'keepalived'): readonly FileWant[] {
  return files.map((rendered) => ({
    kind: 'file',
    ...rendered,
    ...(rendered.path === KEEPALIVED_CONF && {
      validate: [engine === 'agent' ? AGENT_PROGRAM : 'keepalived', '-t', '-f', '%s'],
      readBy: UNITS[engine],
    }),
    ...(rendered.path === DR_SCRIPT && { readBy: DR_UNIT }),
    ...(rendered.path === AGENT_UNIT_FILE && { makes: AGENT_UNIT }),
    ...(rendered.path.startsWith('/etc/systemd/system/') && { afterwards: ['systemctl', 'daemon-reload'] }),
  }));
}

export const KEEPALIVED_CONF = '/etc/keepalived/keepalived.conf';
export const SYSCTL_FILE = '/etc/sysctl.d/60-lvsctl.conf';
export const DR_SCRIPT = '/usr/local/sbin/lvs.dr.sh';
export const DR_UNIT = 'lvs-dr.service';
export const KEEPALIVED_UNIT = 'keepalived.service';
export const AGENT_PROGRAM = '/usr/local/sbin/lvs-agent';
export const AGENT_UNIT = 'lvs-agent.service';
export const AGENT_UNIT_FILE = '/etc/systemd/system/lvs-agent.service';

/** The unit of each engine. */
export const UNITS: Readonly<Record<Engine, string>> = { keepalived: KEEPALIVED_UNIT, agent: AGENT_UNIT };
