import type { ConfDiagnostic } from '../keepalived/diagnostic.ts';
import type { Conf } from '../keepalived/model/conf.ts';
import { readConf } from '../keepalived/read-conf.ts';
import type { Cluster, Director } from '../inventory/cluster.ts';
import { type WrittenLine, writeEntries } from '../keepalived/write.ts';
import { networkOf } from '../inventory/networks.ts';
import { confOf } from './keepalived.ts';

/** A director's keepalived.conf, and what its engine makes of it. */
export interface RenderedConf {
  readonly director: Director;
  readonly lines: readonly WrittenLine[];
  readonly diagnostics: readonly ConfDiagnostic[];
  /** What could be understood of it; undefined when it could not be read to its end. */
  readonly conf: Conf | undefined;
}

/** An interface for each network, where only the host can name them: of others than the first no usual name. */
function someInterface(cluster: Cluster, address: string): string {
  const network = networkOf(cluster, address);
  const index = network === undefined ? 0 : cluster.networks.indexOf(network);
  return index === 0 ? 'eth0' : `network${index}`;
}

/**
 * Renders and reads the file of a director. Lines that begin with `@ID` count as on a host that is called as the
 * director is: lvsctl passes no --config-id, so that both programs take the host's own name up to its first dot.
 */
export function readRendered(cluster: Cluster, director: Director): RenderedConf {
  const name = 'keepalived.conf';
  const lines = writeEntries(confOf(cluster, director, (address) => someInterface(cluster, address)));
  const text = lines.map((line) => `${line.text}\n`).join('');
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  const env = { configId: undefined, hostname: director.name, tls: true };
  const { diagnostics, understood } = readConf({ main: name, read }, env);
  return { director, lines, diagnostics, conf: understood };
}
