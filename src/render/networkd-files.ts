import type { Cluster, Host } from '../inventory/cluster.ts';
import { type RenderedFile, plainFile } from './files.ts';
import { NETWORKD_CONF, NETWORKD_DROP_INS } from './names.ts';

const { folders, ending, name: DROP_IN } = NETWORKD_DROP_INS;

/** The drop-in for a .network file of systemd-networkd; undefined for a file with an unusual name. */
export function dropInFor(networkFile: string): string | undefined {
  const name = networkFile.slice(networkFile.lastIndexOf('/') + 1);
  return /^[\w@:.-]+\.network$/.test(name) ? `${folders}${name.replace(/\.network$/, ending)}/${DROP_IN}` : undefined;
}

/** @param dropIn a path of `dropInFor` */
export function networkdDropIn({ name: cluster }: Cluster, { name }: Host, dropIn: string): RenderedFile {
  return { ...plainFile(`${folders.slice(1)}${DROP_IN}`, { name, cluster }), path: dropIn };
}

/** For routes and rules, which systemd-networkd keeps for all interfaces or none. */
export function networkdConf({ name: cluster }: Cluster, { name }: Host): RenderedFile {
  return plainFile(NETWORKD_CONF.slice(1), { name, cluster });
}
