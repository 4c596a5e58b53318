interface Pacman {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Below /mnt. */
  readonly folder: string;
}

/** A package of no file. */
function build({ name, version, depends, folder }: Pacman): string {
  const info = [
    `pkgname = ${name}`,
    `pkgbase = ${name}`,
    `pkgver = ${version}`,
    'pkgdesc = test',
    'builddate = 1',
    'packager = test',
    'size = 0',
    'arch = any',
    ...(depends === undefined ? [] : [`depend = ${depends}`]),
  ];
  return `mkdir -p /mnt/${folder} /tmp/package && cd /tmp/package && printf '%s\\n' '${info.join("' '")}' > .PKGINFO &&
tar -czf /mnt/${folder}/${fileOf({ name, version })} .PKGINFO || exit 1`;
}

/** Its entry in the database of a repository (repo-add(8)). */
function entry({ name, version, depends }: Pacman): string {
  const blocks = [
    ['FILENAME', fileOf({ name, version })],
    ['NAME', name],
    ['VERSION', version],
    ['ARCH', 'any'],
    ...(depends === undefined ? [] : [['DEPENDS', depends]]),
  ].map(([key, value]) => `%${key}%\\n${value}\\n\\n`);
  return `mkdir -p /tmp/db/${name}-${version} && printf '${blocks.join('').replaceAll('%', '%%')}' > /tmp/db/${name}-${version}/desc || exit 1`;
}

function fileOf({ name, version }: Pick<Pacman, 'name' | 'version'>): string {
  return `${name}-${version}-any.pkg.tar.gz`;
}

const IPVSADM: Pacman = { name: 'ipvsadm', version: '1.31-1', depends: 'libnl', folder: 'arch' };
const LIBNL: Pacman = { name: 'libnl', version: '3.7-1', folder: 'arch' };
const OTHERS: readonly Pacman[] = [
  { ...IPVSADM, version: '1.30-1' },
  { ...IPVSADM, version: '1.30-1', folder: 'arch-old' },
  { name: 'ipvsadm-extra', version: '9-1', folder: 'arch' },
];

/** A script for a throw-away root: packages in /mnt/arch and /mnt/arch-old, and two of /mnt/arch as a repository. */
export const PACMAN_REPOSITORY = `mkdir -p /var/lib/pacman/local
${[IPVSADM, LIBNL, ...OTHERS].map(build).join('\n')}
${[IPVSADM, LIBNL].map(entry).join('\n')}
cd /tmp/db && tar -czf /mnt/arch/lab.db *`;

/** Makes it the only repository. */
export function pacmanRepository(url: string): string {
  return `printf '[options]\\nArchitecture = auto\\nSigLevel = Never\\nLocalFileSigLevel = Never\\n[lab]\\nServer = %s\\n' '${url}' > /etc/pacman.conf`;
}
