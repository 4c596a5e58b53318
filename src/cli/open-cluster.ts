import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bundle } from '../bundle/manifest.ts';
import { type Cluster, hostsOf, type Member } from '../inventory/cluster.ts';
import { type Session, openSession } from '../pipeline/session.ts';
import { connector } from './connect.ts';
import { LoginFiles } from '../remote/login-files.ts';
import { type AgentPrograms, bundledAgents } from '../render/agent-program.ts';
import type { Context, HostFlags } from './context.ts';
import { askPassphrases } from './passphrases.ts';
import { type Progress, openProgress } from './progress.ts';

export interface OpenCluster {
  readonly session: Session;
  readonly progress: Progress;
}

/** Connects to a cluster, runs `work`, and always closes the connections. */
export async function withCluster<T>(
  context: Context,
  cluster: Cluster,
  flags: HostFlags,
  work: (open: OpenCluster) => Promise<T>,
  members?: readonly Member[],
): Promise<T> {
  const files = new LoginFiles();
  if (context.connectTo === undefined) {
    const accesses = (members ?? hostsOf(cluster)).map(({ host }) => host.access);
    await askPassphrases(context, accesses, files);
  }
  const progress = openProgress(context.screen);
  const options = {
    connectTo: context.connectTo ?? connector(files),
    forks: flags.forks,
    report: progress.report,
    signal: context.signal,
    agents: agentsOf(context),
    flushUnmanaged: flags.flushUnmanaged === true,
  };
  let session: Session | undefined;
  try {
    const bundle = await bundleOf(cluster);
    session = await openSession(cluster, { ...options, ...(bundle !== undefined && { bundle }) }, members);
    return await work({ session, progress });
  } catch (error) {
    await progress.abandon();
    throw error;
  } finally {
    await progress.settle();
    session?.close();
  }
}

/** Reads the bundle once, when the first plan asks for it. */
async function bundleOf({ packages: { bundle: file } }: Cluster): Promise<(() => Bundle) | undefined> {
  if (file === undefined) return undefined;
  const { readBundle } = await import('../bundle/read-bundle.ts');
  let bundle: Bundle | undefined;
  return () => (bundle ??= readBundle(file));
}

/** The bundled agents, or those of the manifest in `$LVSCTL_AGENT_MANIFEST`. */
function agentsOf({ env, cwd }: Context): AgentPrograms {
  const manifest = env['LVSCTL_AGENT_MANIFEST'] ?? '';
  return manifest === '' ? bundledAgents() : bundledAgents(pathToFileURL(path.resolve(cwd, manifest)));
}
