import { INIT_SYSTEMS } from '../platforms/init-systems.ts';
import { PACKAGE_MANAGERS } from '../platforms/package-managers.ts';
import type { Proof } from '../platforms/proof.ts';
import { GENERATED, section, table } from './markdown.ts';

const TESTED: Readonly<Record<Proof, string>> = {
  lab: '1: on hosts of the lab',
  tools: '2: with the real tools',
  documentation: '3: by documentation',
};

const INTRODUCTION = `A host has a package manager and an init system; lvsctl looks for each in the order of these tables, and the first match
wins. A host where nothing matches is refused, unless \`platform\` of the inventory says what it resembles:
\`platform: {packages: dnf, init: sysvinit}\`. Package names are Debian's in an inventory, and those of the distribution on
the host.

How each is tested: 1 on hosts of the lab, from the first deploy to failover; 2 with its real tools in a root of their own,
without a boot; 3 by its documentation only, because its tools cannot be had where the tests run.`;

/** docs/platforms.md */
export function platformsPage(): string {
  const names = (all: Readonly<Record<string, string>>): string =>
    Object.entries(all)
      .map(([debian, own]) => `${debian}: ${own}`)
      .join(', ');
  const managers = table(
    ['`packages`', 'distributions', '`packages.local_mount`', 'other names than in Debian', 'tested'],
    PACKAGE_MANAGERS.map(({ id, distributions, folder, names: packages, proof }) => [
      `\`${id}\``,
      distributions,
      folder,
      names(packages),
      TESTED[proof],
    ]),
  );
  const systems = table(
    ['`init`', 'name', 'distributions', 'unit files in', 'tested'],
    INIT_SYSTEMS.map(({ id, title, distributions, unitFiles, proof }) => [
      `\`${id}\``,
      title,
      distributions,
      unitFiles.folder,
      TESTED[proof],
    ]),
  );
  const builds = table(
    ['`packages`', 'what keepalived and ipvsadm are built with'],
    PACKAGE_MANAGERS.flatMap(({ id, buildPackages }) =>
      buildPackages === undefined ? [] : [[`\`${id}\``, buildPackages.join(', ')]],
    ),
  );
  return [
    GENERATED,
    section(1, 'Platforms', INTRODUCTION),
    section(2, 'Package managers', `${managers}\n\n${PACKAGES}`),
    section(2, 'Building from source', `${builds}\n\n${BUILDS}`),
    section(2, 'Init systems', `${systems}\n\n${SERVICES}`),
    section(
      2,
      'Settings of a host',
      `${SETTINGS_INTRODUCTION}\n\n${table(['what', 'what lvsctl does', 'tested'], SETTINGS)}`,
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

const PACKAGES = `Each installs all packages of a host in one transaction (pacman in two, if the local folder lacks some), prefers the local
folder, waits up to five minutes for another installation and says so, and never replaces a package by an older one. Metadata of repositories is fetched only when it is
needed.

\`lvsctl bundle\` asks each for its packages with all that these need beside a minimal system: apt with package lists of its
own, dnf and zypper in an empty root, pacman with an empty database. Those are tested with the real tools, apt to the
built cluster. With apk (\`apk fetch --recursive\`) and yum (\`yumdownloader\`, of yum-utils) it is by documentation. rpm
alone has no repositories to collect from; it installs from a bundle that dnf made.`;

const BUILDS = `With \`packages.source\` a host that is named installs these, builds the tarball, and the result is copied to the directors
of its platform, with a unit or script for systemd, sysvinit, OpenRC or runit. That is tested end to end on hosts of the lab with dnf and
sysvinit; the names for the others are by documentation.`;

const SERVICES = `Outside systemd, the agent is restarted by a shell, but neither confined nor watched; VRRP states are read from the files
of syslog, which has to run; transient jobs are sessions of their own. Modules and sysctls of lvsctl are in
/etc/modules-load.d and /etc/sysctl.d: Red Hat 6 reads neither at boot, so there keepalived and lvs.dr.sh set what they
need when they start. runit knows no order of services: a web server that binds to a virtual address is started again until
lvs.dr.sh has set it. Void Linux's package manager is not supported, so that a director there has the agent, and packages
of real servers are the user's.`;

const SETTINGS_INTRODUCTION = `What else a host may have that works against a cluster. Warnings are in the plan and, as the check \`host-settings\`, in
\`lvsctl verify\`.`;

const SETTINGS: readonly (readonly [what: string, done: string, tested: string])[] = [
  [
    'sysctls of other files',
    'its own are in `/etc/sysctl.d/zz-lvsctl.conf`, which is read last; files that overrule them are warnings',
    TESTED.lab,
  ],
  [
    'a read-only or immutable folder, programs in a folder mounted noexec',
    'the host fails preflight if a change would write there, or run from there; nothing runs from /tmp',
    TESTED.lab,
  ],
  [
    'systemd-networkd',
    'drop-ins with `KeepConfiguration=static`, `ManageForeignRoutes=no`, `ManageForeignRoutingPolicyRules=no`',
    TESTED.documentation,
  ],
  [
    'NetworkManager',
    'a warning; it drops foreign addresses when a connection is activated again',
    TESTED.documentation,
  ],
  ['ifupdown, network scripts', 'a warning for hooks that announce addresses by ARP', TESTED.documentation],
  [
    'SELinux',
    'files get the context of the policy (`restorecon -F`); `keepalived_connect_any` where health checks need it',
    TESTED.documentation,
  ],
  [
    'AppArmor',
    'a warning for an enforced profile of keepalived, or of the web server of the demo page',
    TESTED.documentation,
  ],
  [
    'machines',
    'the bundled agent is for x86_64 and aarch64; on others, 32-bit ones among them, a director needs keepalived',
    TESTED.documentation,
  ],
];
