import { partFor, versionIn } from '../bundle/choose.ts';
import type { Bundle, BundlePlatform } from '../bundle/manifest.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import { nameIn, packageManagerOf } from '../platforms/package-managers.ts';
import { upstreamOf } from '../platforms/version.ts';
import type { PackagesHave } from '../resources/packages.ts';

/**
 * The state of hosts for which a bundle has packages: it is one of their sources, after a local mount and before
 * repositories, which such hosts may name and not reach.
 */
export function withBundle(state: ClusterState, bundle: Bundle | undefined): ClusterState {
  if (bundle === undefined) return state;
  return { ...state, hosts: new Map([...state.hosts].map(([name, host]) => [name, withPart(host, bundle)])) };
}

function withPart(host: HostState, { manifest }: Bundle): HostState {
  const { facts, have } = host;
  const manager = packageManagerOf(facts.platform);
  if (manager === undefined || facts.release === undefined) return host;
  const part = partFor(manifest, manager.format, facts.release);
  if (part === undefined) return host;
  const own = (name: string): string => nameIn(manager, name);
  const packages = [...have.packages].map(([key, some]) => [key, withVersions(some, part, own)] as const);
  const version = versionIn(part, 'keepalived', own('keepalived'));
  const hasOther = facts.keepalivedFrom === undefined || ['installed', 'mount'].includes(facts.keepalivedFrom);
  return {
    ...host,
    have: { ...have, packages: new Map(packages) },
    facts:
      hasOther || version === undefined
        ? facts
        : { ...facts, keepalivedFrom: 'bundle', keepalivedVersion: upstreamOf(version) },
  };
}

/** Pinned versions are looked for in the bundle too. */
function withVersions(have: PackagesHave, part: BundlePlatform, own: (name: string) => string): PackagesHave {
  if (have.offers === undefined) return have;
  const versions = new Map(Object.keys(part.packages).map((name) => [own(name), versionIn(part, name, own(name))]));
  const offers = [...have.offers].map(([name, offer]) => {
    const version = versions.get(name);
    return [name, version === undefined ? offer : { ...offer, versions: [...offer.versions, version] }] as const;
  });
  return { ...have, offers: new Map(offers) };
}
