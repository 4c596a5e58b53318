import type { ConfDiagnostic } from '../keepalived/diagnostic.ts';
import type { ConfHost } from '../keepalived/host.ts';
import type { Conf } from '../keepalived/model/conf.ts';
import { readConf } from '../keepalived/read-conf.ts';
import type { Cluster, Director } from '../inventory/cluster.ts';
import { serviceIds } from '../keepalived/ipvs/expand.ts';
import { nameOfService } from '../keepalived/ipvs/name.ts';
import type { VirtualServer } from '../keepalived/model/check.ts';
import { type Entry, type WrittenLine, lineCount, writeEntries } from '../keepalived/write.ts';
import { networkOf } from '../inventory/networks.ts';
import { type CondensedServer, Expansion, condensedServers } from './condensed.ts';
import { confOf } from './keepalived.ts';
import { lineInFile } from './line-in-file.ts';

/** A director's keepalived.conf, and what its engine makes of it. */
export interface RenderedConf {
  readonly director: Director;
  /** Those that were read: real servers that are like others are left out. */
  readonly lines: readonly WrittenLine[];
  readonly diagnostics: readonly ConfDiagnostic[];
  /** What could be understood of these; undefined when it could not be read to its end. */
  readonly conf: Conf | undefined;
  /** The virtual servers of `conf` with all of their real servers, one after the other. */
  readonly virtualServers: () => Iterable<VirtualServer>;
  /** The line of the whole file, as it is rendered, that one of `lines` is; both from 1. */
  readonly lineInFile: (line: number) => number;
  /** How many lines of the whole file an engine keeps, which are those without comments. */
  readonly lineCount: () => number;
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
 * @param all the virtual servers of the cluster, those of other directors too
 * @param host what the director has; without it all that the file names is there
 */
export function readRendered(
  cluster: Cluster,
  director: Director,
  all: readonly CondensedServer[] = condensedServers(cluster),
  host?: ConfHost,
): RenderedConf {
  const name = 'keepalived.conf';
  const condensed = all.filter(({ server: { directors } }) => directors?.includes(director.name) !== false);
  const entriesOf = (virtualServers: Cluster['virtualServers']): readonly Entry[] =>
    confOf({ ...cluster, virtualServers }, director, (address) => someInterface(cluster, address));
  const entries = entriesOf(condensed.map(({ written }) => written));
  const lines = writeEntries(entries);
  const text = lines.map((line) => `${line.text}\n`).join('');
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  const env = { configId: undefined, hostname: director.name, tls: true, ...(host !== undefined && { host }) };
  const { diagnostics, understood } = readConf({ main: name, read }, env);
  const whole = () => entriesOf(cluster.virtualServers);
  return {
    director,
    lines,
    diagnostics,
    conf: understood,
    virtualServers: () => (understood === undefined ? [] : expanded(understood, condensed)),
    lineInFile: (line) => lineInFile(line, entries, whole(), condensed),
    lineCount: () => lineCount(whole(), 'without'),
  };
}

function* expanded({ check }: Conf, condensed: readonly CondensedServer[]): Generator<VirtualServer> {
  const expansion = new Expansion();
  const byName = new Map(condensed.map((one) => [one.server.name, one]));
  for (const read of check.virtual_server) {
    const [id] = serviceIds(read, check.virtual_server_group);
    const one = id === undefined || read.target.kind === 'group' ? undefined : byName.get(nameOfService(id));
    yield one === undefined ? read : expansion.expand(one, read);
  }
}
