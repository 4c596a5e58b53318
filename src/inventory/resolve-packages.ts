import { DEFAULTS } from './defaults.ts';
import type { Picker } from './origins.ts';
import type { PackageSources } from './package-sources.ts';
import { resolveBundle } from './resolve-files.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

export function resolvePackages(picker: Picker, environment: InventoryEnvironment, input: Input): PackageSources {
  const { packages: given } = input;
  const { local_mount: mount, versions = {}, allow_downgrade } = given ?? {};
  const defaults = DEFAULTS.packages;
  const path = picker.own<string | undefined>(
    ['packages', 'local_mount', 'path'],
    mount?.path,
    defaults.local_mount.path,
  );
  return {
    localMount:
      path === undefined
        ? undefined
        : {
            path,
            trusted: picker.own(['packages', 'local_mount', 'trusted'], mount?.trusted, defaults.local_mount.trusted),
          },
    bundle: resolveBundle(picker, environment, input),
    versions: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [name, picker.given(['packages', 'versions', name], version)]),
    ),
    allowDowngrade: picker.own(['packages', 'allow_downgrade'], allow_downgrade, defaults.allow_downgrade),
  };
}
