# shellcheck shell=bash
# Writes packages of rpm. To be sourced by `repack` and `pack`.

# Tools that the root has and people ask for by these names.
IN_BASE=(iproute procps-ng kmod curl popt)

# build SPEC: into /mnt/Packages
build() {
  rpmbuild --quiet -bb --define "_topdir /tmp/rpmbuild/${1##*/}" --define '_rpmdir /mnt/Packages' \
    --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' --define '_build_id_links none' \
    --define '_binary_payload w1.gzdio' "${@:2}" "$1" >"$1.log" 2>&1 || { cat "$1.log" && return 1; }
  rm -rf "/tmp/rpmbuild/${1##*/}"
}

# write_package NAME VERSION RELEASE TREE REQUIRES PROVIDES
write_package() {
  local spec=/tmp/$1.spec script
  {
    printf '%s\n' "Name: $1" "Version: $2" "Release: $3" "Summary: $1, of files of Debian's package" \
      'License: see the package of Debian' 'AutoReqProv: no'
    [ -z "$5" ] || echo "Requires: $5"
    [ -z "$6" ] || echo "Provides: $6"
    printf '%s\n' '%global __os_install_post %{nil}' '%global debug_package %{nil}' '%description' "$1" \
      '%install' "mkdir -p %{buildroot} && cp -a $4/. %{buildroot}/"
    if [ -x "$HERE/before/$1" ]; then
      echo '%pre'
      cat "$HERE/before/$1"
    fi
    # Nothing is started or enabled by an installation, as is the custom of rpm distributions.
    printf '%s\n' '%post' '/sbin/ldconfig || :'
    [ ! -d "$4/usr/lib/systemd/system" ] || echo 'systemctl daemon-reload >/dev/null 2>&1 || :'
    for script in "$4"/etc/init.d/*; do
      [ ! -f "$script" ] || echo "update-rc.d ${script##*/} defaults-disabled >/dev/null 2>&1 || :"
    done
    echo '%preun'
    for script in "$4"/etc/init.d/*; do
      [ ! -f "$script" ] || printf '%s\n' "if [ \"\$1\" = 0 ]; then service ${script##*/} stop >/dev/null 2>&1" \
        "update-rc.d -f ${script##*/} remove >/dev/null 2>&1; fi"
    done
    printf '%s\n' ':' '%files'
    (
      cd "$4"
      find . \( -type f -o -type l \) -path './etc/*' ! -path './etc/init.d/*' -printf '%%%%config(noreplace) "/%P"\n'
      find . \( -type f -o -type l \) \( ! -path './etc/*' -o -path './etc/init.d/*' \) -printf '"/%P"\n'
      find . -type d -empty -printf '%%%%dir "/%P"\n'
    ) | sed 's/^%%/%/'
  } >"$spec"
  build "$spec" --buildroot "/tmp/buildroot/$1"
}

# write_base FILE: a package without files that provides what the root has; it is installed.
write_base() {
  local spec=/tmp/lab-base.spec
  {
    printf '%s\n' 'Name: lab-base' 'Version: 1' 'Release: 1' 'Summary: What the root of a host of the lab has' \
      'License: none' 'BuildArch: noarch' 'AutoReqProv: no' \
      'Provides: system-release = 1, system-release(releasever) = 1, /bin/sh, /bin/bash, /usr/bin/perl, /sbin/ldconfig' \
      'Provides: shadow-utils, glibc'
    grep -vFx -e kmod -e curl "$1" | sed 's/^/Provides: /'
    printf '%s\n' '%description' 'What is there without a package.' '%files'
    for one in "${IN_BASE[@]}"; do
      printf '%s\n' "%package -n $one" "Summary: $one, which the root has" "%description -n $one" "$one" "%files -n $one"
    done
  } >"$spec"
  build "$spec"
  rpm --initdb
  rpm -i /mnt/Packages/*-1-1.noarch.rpm
}

write_index() { createrepo_c --quiet /mnt/Packages; }
