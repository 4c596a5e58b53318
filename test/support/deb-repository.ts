/**
 * A script for a throw-away root: two versions of a package without files in /mnt/plain, a flat repository, and the same
 * with a signature in /mnt/signed, whose key is /mnt/key.asc.
 */
export const DEB_REPOSITORY = `mkdir -p /mnt/plain && cd /mnt/plain || exit 1
for version in 1:1.26-1 1:1.31-1+b2; do
rm -rf /tmp/deb && mkdir -p /tmp/deb/DEBIAN
printf 'Package: lab-ipvsadm\\nVersion: %s\\nArchitecture: all\\nMaintainer: lab <lab@example.com>\\nDescription: test\\n' "$version" > /tmp/deb/DEBIAN/control
file=lab-ipvsadm_\${version#*:}_all.deb
dpkg-deb --root-owner-group --build /tmp/deb "$file" >/dev/null || exit 1
{ cat /tmp/deb/DEBIAN/control; printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum < "$file" | cut -d ' ' -f 1)"; } >> Packages
done
cp -r /mnt/plain /mnt/signed && cd /mnt/signed || exit 1
printf 'Origin: lab\\nDate: %s\\nSHA256:\\n %s %s Packages\\n' "$(date -uR)" "$(sha256sum < Packages | cut -d ' ' -f 1)" "$(stat -c %s Packages)" > Release
export GNUPGHOME=/tmp/gnupg-deb
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-gen-key lab rsa2048 sign never || exit 1
gpg --export --armor lab > /mnt/key.asc
gpg --batch --clearsign < Release > InRelease || exit 1
gpgconf --kill all
rm -f /etc/apt/trusted.gpg.d/lab.asc`;
