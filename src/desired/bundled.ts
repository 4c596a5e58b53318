import { filesFor, folderName, folderPath, partFor, platformsIn } from '../bundle/choose.ts';
import type { Bundle } from '../bundle/manifest.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { packageManagerOf } from '../platforms/package-managers.ts';
import { type Release, releaseName } from '../platforms/release.ts';
import { type Want, resourceOf } from '../resources/kinds.ts';
import type { PackagesWant } from '../resources/packages.ts';

/** Takes packages that a host lacks from a bundle, where it has them for the host. */
export function fromBundle(wants: readonly Want[], state: HostState, bundle: Bundle | undefined): readonly Want[] {
  if (bundle === undefined) return wants;
  return wants.flatMap((want): readonly Want[] => (want.kind === 'packages' ? bundled(want, state, bundle) : [want]));
}

function bundled(want: PackagesWant, { facts, have }: HostState, bundle: Bundle): readonly Want[] {
  const missing = missingOf(want, { facts, have });
  const manager = packageManagerOf(facts.platform);
  if (missing.length === 0 || manager === undefined || facts.release === undefined) return [want];
  // The local mount comes first, and one folder serves a host.
  if (facts.keepalivedFrom === 'mount') return [want];
  const part = partFor(bundle.manifest, manager.format, facts.release);
  if (part === undefined) return [{ ...want, advice: [want.advice, lacking(bundle, facts.release)].join(' ').trim() }];
  const files = filesFor(part, missing);
  if (files.length === 0) return [want];
  const { read, name } = bundle;
  return [
    { kind: 'bundle', from: name, folder: folderName(files), files, read },
    { ...want, localMount: { path: folderPath(files), trusted: true } },
  ];
}

/** Debian's names. */
function missingOf(want: PackagesWant, { facts, have }: Pick<HostState, 'facts' | 'have'>): readonly string[] {
  const { platform, initSystem } = facts;
  const around = { platform, initSystem, activeUnits: new Set<string>(), listening: new Set<string>() };
  return (
    resourceOf(want)
      .diff(have, around)
      ?.fields.map(({ name }) => name) ?? []
  );
}

/** What the bundle has instead, and how to add this platform. */
export function lacking({ name, manifest }: Bundle, release: Release): string {
  return `${name} has no packages for ${releaseName(release)}, only for ${platformsIn(manifest)}. Add them with \`lvsctl bundle -o ${name} --add --on HOST\`, where HOST is such a machine with network.`;
}
