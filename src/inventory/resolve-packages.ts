import { DEFAULTS } from './defaults.ts';
import type { Finding } from './finding.ts';
import type { Picker } from './origins.ts';
import type { PackageSources, SourceName } from './package-sources.ts';
import { resolveBundle } from './resolve-files.ts';
import { resolveSource } from './resolve-source.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

export async function resolvePackages(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): Promise<{ readonly packages: PackageSources; readonly findings: readonly Finding[] }> {
  const { packages: given } = input;
  const { local_mount: mount, versions = {}, allow_downgrade, from } = given ?? {};
  const defaults = DEFAULTS.packages;
  const path = picker.own<string | undefined>(
    ['packages', 'local_mount', 'path'],
    mount?.path,
    defaults.local_mount.path,
  );
  const { source, findings } = await resolveSource(picker, environment, input);
  const packages: PackageSources = {
    localMount:
      path === undefined
        ? undefined
        : {
            path,
            trusted: picker.own(['packages', 'local_mount', 'trusted'], mount?.trusted, defaults.local_mount.trusted),
          },
    bundle: resolveBundle(picker, environment, input),
    from: picker.own<readonly SourceName[]>(['packages', 'from'], from, defaults.from),
    source,
    versions: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [name, picker.given(['packages', 'versions', name], version)]),
    ),
    allowDowngrade: picker.own(['packages', 'allow_downgrade'], allow_downgrade, defaults.allow_downgrade),
  };
  return { packages, findings };
}
