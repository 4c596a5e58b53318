/** An .rpm of no file. */
interface Rpm {
  readonly name: string;
  readonly version: string;
  readonly tags?: readonly string[];
  /** Below /mnt. */
  readonly folder: string;
}

const RPMS: readonly Rpm[] = [
  { name: 'ipvsadm', version: '1.26', tags: ['Requires: libnl.so.1()(64bit)'], folder: 'plain' },
  { name: 'ipvsadm', version: '1.31', tags: ['Requires: libnl.so.1()(64bit)'], folder: 'plain' },
  { name: 'libnl', version: '1.1', tags: ['Provides: libnl.so.1()(64bit)'], folder: 'plain' },
  { name: 'keepalived', version: '1.2.13', tags: ['Requires: lab-only >= 2'], folder: 'plain' },
  { name: 'libnl', version: '0.9', folder: 'old' },
];

function build({ name, version, tags = [], folder }: Rpm): string {
  const head = [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    'Summary: test',
    'License: none',
    'BuildArch: noarch',
    'AutoReqProv: no',
    ...tags,
  ];
  return `cat > /tmp/rpm.spec <<'SPEC'
${head.join('\n')}
%description
Nothing.
%files
SPEC
rpmbuild --quiet -bb --define '_topdir /tmp/rpmbuild' --define '_rpmdir /mnt/${folder}' --define '_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' /tmp/rpm.spec || exit 1`;
}

/**
 * A script for a throw-away root: an empty rpm database in the place that distributions use, packages in /mnt/plain and
 * /mnt/old, and those of /mnt/plain with metadata in /mnt/indexed.
 */
export const RPM_REPOSITORY = `mkdir -p /etc/rpm /etc/yum.repos.d /etc/dnf
echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros
mkdir -p /etc/zypp/repos.d
printf '[main]\\ngpgcheck=0\\nskip_if_unavailable=True\\n' > /etc/dnf/dnf.conf
rm -rf /var/lib/rpm /var/cache/dnf
rpm --initdb
${RPMS.map(build).join('\n')}
cp -r /mnt/plain /mnt/indexed
createrepo_c --quiet /mnt/indexed`;

/** Makes it the only repository. */
export function repository(url: string): string {
  return `printf '[lab]\\nname=lab\\nbaseurl=%s\\nenabled=1\\nautorefresh=0\\ngpgcheck=0\\n' '${url}' > /etc/yum.repos.d/lab.repo
cp /etc/yum.repos.d/lab.repo /etc/zypp/repos.d`;
}

/** The same packages with signatures of a key that rpm does not have yet: /mnt/signed, /mnt/signed-indexed and /mnt/key.asc. */
export const SIGNED_RPMS = `export GNUPGHOME=/tmp/gnupg
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-gen-key lab rsa2048 sign never || exit 1
gpg --export --armor lab > /mnt/key.asc
cp -r /mnt/plain /mnt/signed
rpmsign --define '_gpg_name lab' --define "__gpg $(command -v gpg)" --addsign /mnt/signed/*.rpm >/dev/null || exit 1
gpgconf --kill all
cp -r /mnt/signed /mnt/signed-indexed
createrepo_c --quiet /mnt/signed-indexed`;
