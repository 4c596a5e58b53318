# shellcheck shell=bash
# Writes packages of pacman. To be sourced by `repack` and `pack`.

# info NAME VERSION REQUIRES PROVIDES
info() {
  local one
  printf '%s\n' "pkgname = $1" "pkgbase = $1" "pkgver = $2" "pkgdesc = $1, of files of Debian's package" \
    'packager = lvsctl lab' 'builddate = 0' 'size = 0' 'arch = any' 'license = see the package of Debian'
  for one in $3; do echo "depend = $one"; done
  for one in $4; do echo "provides = $one"; done
}

# archive FOLDER NAME VERSION
archive() { (cd "$1" && tar -c --owner=0 --group=0 .PKGINFO $(ls -A | grep -v '^\.PKGINFO$') | gzip -1 >"/mnt/Packages/$2-$3-any.pkg.tar.gz"); }

# write_package NAME VERSION RELEASE TREE REQUIRES PROVIDES
write_package() {
  {
    info "$1" "$2-${3//[^0-9.]/.}" "$5" "$6"
    (cd "$4" && find . -type f -path './etc/*' -printf 'backup = %P\n')
  } >"$4/.PKGINFO"
  {
    echo "post_install() {"
    [ ! -x "$HERE/before/$1" ] || cat "$HERE/before/$1"
    echo 'ldconfig || :'
    [ ! -d "$4/usr/lib/systemd/system" ] || echo 'systemctl daemon-reload >/dev/null 2>&1 || :'
    printf '%s\n' '}' 'post_upgrade() { post_install; }'
  } >"$4/.INSTALL"
  archive "$4" "$1" "$2-${3//[^0-9.]/.}"
}

# write_base FILE: a package without files that provides what the root has; it is installed.
write_base() {
  mkdir -p /tmp/base
  info lab-base 1-1 '' "$(cat "$1") iproute iputils sh" >/tmp/base/.PKGINFO
  archive /tmp/base lab-base 1-1
  pacman -U --noconfirm --noprogressbar /mnt/Packages/lab-base-1-1-any.pkg.tar.gz >/dev/null
}

write_index() {
  repo-add --quiet /mnt/Packages/lab.db.tar.gz /mnt/Packages/*.pkg.tar.gz >/dev/null
  pacman -Sy --noconfirm >/dev/null
}
