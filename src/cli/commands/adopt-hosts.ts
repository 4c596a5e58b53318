import { type ReadHost, addressesOfHosts, filesOfHosts, includeOfHosts, parseHost } from '../../adopt/host-files.ts';
import { type Adopted, adoptFiles } from '../../adopt/adopt-files.ts';
import { Failure } from '../../failure.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { hostsOf } from '../../inventory/cluster.ts';
import { readInventory } from '../../inventory/read.ts';
import { processEnvironment } from '../../inventory/source.ts';
import { compose, split } from '../../observe/sections.ts';
import { freshNonce } from '../../remote/nonce.ts';
import { sh } from '../../remote/command.ts';
import type { Transport } from '../../remote/transport.ts';
import type { Context, HostFlags } from '../context.ts';
import { labOverlay } from '../open-inventory.ts';
import { withCluster } from '../open-cluster.ts';
import { reportUnreadable } from '../report-unreadable.ts';

/** Reads directors over SSH and makes an inventory of their files; undefined when one of them could not be read. */
export async function adoptHosts(
  context: Context,
  hosts: readonly string[],
  flags: HostFlags,
): Promise<Adopted | string | undefined> {
  const cluster = await clusterOf(hosts, await labOverlay(flags.lab));
  return withCluster(
    context,
    cluster,
    flags,
    async ({ session, progress }) => {
      await progress.settle();
      if (session.unreachable.length > 0) {
        reportUnreadable(context, session.unreachable);
        return undefined;
      }
      const read = await Promise.all(
        cluster.directors.map(async ({ name, address }) => {
          const transport = session.transports.get(name);
          if (transport === undefined) throw new RangeError(`no connection to ${name}`);
          return readHost(transport, address, context.signal);
        }),
      );
      return adoptFiles({
        files: filesOfHosts(read),
        addresses: addressesOfHosts(read),
        include: includeOfHosts(read),
        environment: processEnvironment(),
      });
    },
    hostsOf(cluster).filter(({ role }) => role === 'director'),
  );
}

/** Hosts of the command line with the access that an inventory without a word of SSH has. */
async function clusterOf(hosts: readonly string[], overlay: readonly string[]): Promise<Cluster> {
  const directors = hosts.map((text) => {
    const host = parseHost(text);
    if (host === undefined)
      throw new Failure('inventory', `${text} is no address of a host.`, {
        hint: 'As in 192.0.2.1 or admin@192.0.2.1.',
      });
    return { address: host.address, ...(host.user !== undefined && { ssh: { user: host.user } }) };
  });
  const { understood } = await readInventory(['-', ...overlay], {
    ...processEnvironment(),
    readStandardInput: async () => new TextEncoder().encode(JSON.stringify({ directors })),
  });
  if (understood === undefined) throw new RangeError('hosts of the command line are no inventory');
  return understood;
}

/** Files of a host, and bytes of each and of all. */
const MOST_FILES = 200;
const MOST_KILOBYTES = 1024;
const MOST_BYTES = 16 * 1024 * 1024;

/** milliseconds */
const TIMEOUT = 30_000;

async function readHost(transport: Transport, address: string, signal: AbortSignal): Promise<ReadHost> {
  const run = async (parts: Parameters<typeof compose>[0]) => {
    const nonce = freshNonce();
    const options = { timeoutMs: TIMEOUT, signal, maxOutputBytes: MOST_BYTES };
    const { stdout } = await transport.run(compose(parts, nonce), options);
    return split(stdout, nonce);
  };
  const first = await run([
    ['hostname', sh`cat /proc/sys/kernel/hostname`],
    ['table', sh`command -v ipvsadm >/dev/null && ipvsadm -Sn`],
    ['files', sh`find /etc/keepalived -type f -size -${MOST_KILOBYTES}k | head -n ${MOST_FILES}`],
  ]);
  const names = (first.get('files') ?? '').split('\n').filter((name) => name.startsWith('/etc/keepalived/'));
  const texts = await run(names.map((name, index) => [String(index), sh`cat ${name}`]));
  return {
    address,
    hostname: first.get('hostname') ?? '',
    table: first.get('table') ?? '',
    files: new Map(names.map((name, index) => [name, texts.get(String(index)) ?? ''])),
  };
}
