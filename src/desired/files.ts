import type { RenderedFile } from '../render/files.ts';
import type { FileWant } from '../resources/file.ts';

/** The rendered files of a host as wants; units make systemd look again, keepalived tries its own configuration first. */
export function fileWants(files: readonly RenderedFile[]): readonly FileWant[] {
  return files.map((rendered) => ({
    kind: 'file',
    ...rendered,
    ...(rendered.path === KEEPALIVED_CONF && { validate: ['keepalived', '-t', '-f', '%s'] }),
    ...readerOf(rendered.path),
    ...(rendered.path.startsWith('/etc/systemd/system/') && { afterwards: ['systemctl', 'daemon-reload'] }),
  }));
}

export const KEEPALIVED_CONF = '/etc/keepalived/keepalived.conf';
export const SYSCTL_FILE = '/etc/sysctl.d/60-lvsctl.conf';
export const DR_SCRIPT = '/usr/local/sbin/lvs.dr.sh';
export const DR_UNIT = 'lvs-dr.service';
export const KEEPALIVED_UNIT = 'keepalived.service';

/** Which unit has read which file. */
const READERS: ReadonlyMap<string, string> = new Map([
  [KEEPALIVED_CONF, KEEPALIVED_UNIT],
  [DR_SCRIPT, DR_UNIT],
]);

function readerOf(path: string): Pick<FileWant, 'readBy'> {
  const readBy = READERS.get(path);
  return readBy === undefined ? {} : { readBy };
}
