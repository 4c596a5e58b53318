import { packageManagerOf } from '../platforms/package-managers.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { bytesText } from '../text/bytes.ts';
import { saneLines } from '../text/lines.ts';
import { requireGuard } from './guarded-path.ts';
import type { ResourceKind, Upload } from './resource.ts';

/** Where a host keeps packages of a bundle; only root can enter it. */
export const BUNDLE_FOLDER = '/var/lib/lvsctl/bundle';

/** Files by their digest, from which each part is linked. */
const STORE = `${BUNDLE_FOLDER}/files`;

/** A file of a package manager. */
export interface BundledFile {
  /** As the package manager needs it. */
  readonly name: string;
  readonly sha256: string;
  /** bytes */
  readonly size: number;
}

/** Packages of a bundle as a folder on the host, which is then a local mount. */
export interface BundleWant {
  readonly kind: 'bundle';
  /** The folder below `BUNDLE_FOLDER`. */
  readonly folder: string;
  /** The bundle's file name, for messages. */
  readonly from: string;
  readonly files: readonly BundledFile[];
  readonly read: (sha256: string, offset: number, length: number) => Uint8Array;
}

export interface BundleHave {
  /** Complete folders. */
  readonly folders: ReadonlySet<string>;
  /** Digests of the files that arrived whole. */
  readonly files: ReadonlySet<string>;
}

/**
 * The folder has nothing but links to files whose checksums were compared, and is complete when it has its name. Files
 * and folders of earlier bundles are removed.
 */
export const bundle: ResourceKind<BundleWant, BundleHave> = {
  kind: 'bundle',
  wave: 'first',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: () => 'bundle',

  probe: (keys) =>
    keys.length === 0
      ? NOTHING
      : sh`for f in ${STORE}/* ${BUNDLE_FOLDER}/part-*; do [ ! -e "$f" ] || printf '%s\\n' "$f"; done`,

  parse: (output) => {
    const names = saneLines(output);
    const below = (folder: string): ReadonlySet<string> =>
      new Set(names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1)));
    const files = new Set([...below(STORE)].filter((name) => /^[0-9a-f]{64}$/.test(name)));
    const folders = new Set([...below(BUNDLE_FOLDER)].filter((name) => /^part-[0-9a-f]{16}$/.test(name)));
    return files.size + folders.size === 0 ? new Map() : new Map([['bundle', { files, folders }]]);
  },

  diff: ({ folder, from, files }, have) => {
    if (have?.folders.has(folder) === true) return undefined;
    const size = bytesText(files.reduce((sum, file) => sum + file.size, 0));
    return {
      action: 'create',
      disruptive: false,
      fields: [{ name: 'from', before: undefined, after: `${from}, ${files.length} files, ${size}` }],
    };
  },

  uploads: ({ files, read }, have) =>
    files
      .filter(({ sha256 }) => have?.files.has(sha256) !== true)
      .map(({ name, sha256, size }): Upload => ({
        at: `${STORE}/${sha256}`,
        sha256,
        size,
        title: name,
        read: (offset, length) => read(sha256, offset, length),
      })),

  steps: (want, _diff, around) => [
    prepare(want, packageManagerOf(around?.platform)?.index(`${BUNDLE_FOLDER}/.new`) ?? NOTHING),
  ],
};

/** Checksums are compared again: the files may have been there for long. */
function prepare({ folder, files }: BundleWant, index: Command): Command {
  const fresh = `${BUNDLE_FOLDER}/.new`;
  const sums = files.flatMap(({ sha256 }) => [sha256, `${STORE}/${sha256}`]);
  const links = files.map(({ name, sha256 }) => sh`ln ${`${STORE}/${sha256}`} ${`${fresh}/${name}`}`);
  return sh`${requireGuard([`${STORE}/any`, `${fresh}/any`])}
compare() { printf '%s  %s\\n' ${sums} | sha256sum -c 2>/dev/null; }
compare > /dev/null || { compare | sed -n 's/: FAILED.*//p' | while IFS= read -r file; do rm -f "$file"; done; echo 'files of the bundle were missing or damaged on this host; the next run sends them' >&2; exit 1; }
rm -rf ${fresh}
mkdir -m 755 ${fresh}
${lines(links)}
${index}
for old in ${BUNDLE_FOLDER}/part-*; do [ ! -d "$old" ] || rm -rf "$old"; done
mv ${fresh} ${`${BUNDLE_FOLDER}/${folder}`}
find ${STORE} -type f -links 1 -exec rm -f '{}' +`;
}
