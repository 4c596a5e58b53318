import { existsSync } from 'node:fs';
import path from 'node:path';
import { distributionFolder } from './distributions/build.ts';
import type { WayIngredients } from './ingredients.ts';
import type { HostSystem } from './seed.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { run } from '../toolbox/run.ts';
import type { PreparedWay } from './way.ts';

const MODULES = ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_lc', 'ip_vs_wlc', 'ip_vs_sh', 'ip_vs_dh', 'ip_vs_mh'];

/** Why the machine's own kernel cannot carry a lab; undefined when it can. Loads ip_vs where it is a module. */
export async function hostKernelRefusal(signal: AbortSignal): Promise<string | undefined> {
  if (existsSync('/proc/net/ip_vs')) return undefined;
  if (!existsSync('/proc/sys/net')) return 'this machine has no /proc/sys/net';
  const modprobe = ['/usr/sbin/modprobe', '/sbin/modprobe'].find((file) => existsSync(file));
  if (modprobe !== undefined) await run(modprobe, ['--quiet', 'ip_vs'], { signal, accept: [1] });
  return existsSync('/proc/net/ip_vs') ? undefined : 'this kernel has no ip_vs';
}

/** The hosts on the machine's own kernel. They cannot load modules, so all schedulers are loaded here. */
export async function prepareHost(
  context: BuildContext,
  { hosts, base, distributions }: WayIngredients,
): Promise<PreparedWay> {
  const { base: root, packages } = await hosts;
  const systems: Record<string, HostSystem> = { [base]: { init: 'systemd', root, packages } };
  for (const one of distributions) {
    const folder = await distributionFolder(context, one);
    const { id, init } = one.distribution;
    systems[id] = { init, root: path.join(folder, 'root'), packages: path.join(folder, 'packages') };
  }
  return {
    kernel: 'host',
    title: 'the kernel of this machine',
    settings: (paths) => ({
      work: paths.folder,
      base,
      systems,
      disks: [],
      modules: '',
      capabilities: 'CAP_NET_ADMIN,CAP_NET_RAW',
      writable: 'network',
    }),
    start: async (paths, _topology, signal) => {
      await run('modprobe', ['--quiet', '--all', ...MODULES], { signal, accept: [1] });
      await run('bash', [path.join(paths.seed, 'hosts')], { signal });
    },
    patience: 30_000,
  };
}
