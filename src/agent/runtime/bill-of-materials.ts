import { VERSION } from '../shell/version.ts';
import type { BuiltFile } from './bundle-scripts.ts';
import { type Pins, SOURCE_PACKAGES, type SourcePackage } from './pinned-sources.ts';
import type { UsedSource, UsedSources } from './source-trees.ts';

/** SPDX expressions. The licence files are listed in `licenses.ts`. */
const LICENSES: Readonly<Record<SourcePackage, string>> = {
  quickjs: 'MIT',
  mbedtls: 'Apache-2.0 OR GPL-2.0-or-later',
  musl: 'MIT',
};

/** A program of the build. */
export interface ListedProgram extends BuiltFile {
  readonly compiler: string;
}

/**
 * The bill of materials of the programs, in CycloneDX 1.6. Reproducible: without date and serial number.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(
  programs: readonly ListedProgram[],
  sources: UsedSources,
  suite: Pins['suite'],
): string {
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'lvs-agent',
        name: 'lvs-agent',
        version: VERSION,
        licenses: [{ expression: 'MIT' }],
        components: programs.map(({ file, sha256, compiler }) => ({
          type: 'file',
          'bom-ref': file,
          name: file,
          hashes: [{ alg: 'SHA-256', content: sha256 }],
          properties: [{ name: 'lvsctl:compiler', value: compiler }],
        })),
      },
    },
    components: SOURCE_PACKAGES.map((name) => component(name, sources[name], suite)),
    dependencies: [{ ref: 'lvs-agent', dependsOn: [...SOURCE_PACKAGES] }],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

function component(name: SourcePackage, source: UsedSource, suite: string): object {
  return {
    type: 'library',
    'bom-ref': name,
    supplier: { name: 'Debian' },
    name,
    version: source.version,
    licenses: [{ expression: LICENSES[name] }],
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(source.version)}?arch=source&distro=${suite}`,
    externalReferences: Object.entries(source.files).map(([url, content]) => ({
      type: 'source-distribution',
      url: encodeURI(url),
      hashes: [{ alg: 'SHA-256', content }],
    })),
    pedigree: {
      patches: source.patches.map((patch) => ({
        type: 'unofficial',
        diff: { url: encodeURI(`debian/patches/${patch}`) },
      })),
    },
    properties: [{ name: 'lvsctl:pinned', value: String(source.isPinned) }],
  };
}

/** A human-readable line: "quickjs 2025.04.26-1 (2 patches), mbedtls …". */
export function describeSources(sources: UsedSources): string {
  return SOURCE_PACKAGES.map((name) => {
    const { version, patches, isPinned } = sources[name];
    const count = `${String(patches.length)} ${patches.length === 1 ? 'patch' : 'patches'}`;
    return `${name} ${version} (${count}${isPinned ? '' : ', not pinned'})`;
  }).join(', ');
}
