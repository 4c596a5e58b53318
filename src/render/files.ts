import type { Tuning } from '../forwarding/forwarding.ts';
import { methodsOf } from '../forwarding/methods.ts';
import { hostsOf, type Cluster, type Director, type Host, type RealServer, type Role } from '../inventory/cluster.ts';
import { needsOfAgent } from './agent-unit.ts';
import { secretsOfConf } from '../keepalived/conf-secrets.ts';
import { renderKeepalived } from './keepalived.ts';
import { directorTuning, realServerTuning } from './sysctls.ts';
import { renderTemplate } from './template.ts';

/** A file as it must be on a host, down to the byte. It belongs to root. */
export interface RenderedFile {
  /** Absolute, on the host. */
  readonly path: string;
  /** Permission bits, as 0o644. */
  readonly mode: number;
  readonly text: string;
  /** Parts of the text that must never be shown. */
  readonly secrets: readonly string[];
}

/** What has to be known about a host before its files can be written. */
export interface RenderFacts {
  /** The interface that holds the host's address; while it is undefined, `auto` stays `auto`. */
  readonly interface: string | undefined;
  /** What keeps the addresses on a director; where it is not known, the inventory's own word counts. */
  readonly engine?: 'keepalived' | 'agent' | undefined;
}

/** All files that lvsctl keeps on a host, in the order in which a person would write them. Clients have none. */
export function filesOf(cluster: Cluster, host: Host, facts: RenderFacts): readonly RenderedFile[] {
  const director = cluster.directors.find(({ name }) => name === host.name);
  if (director !== undefined) return directorFiles(cluster, director, facts);
  const realServer = cluster.realServers.find(({ name }) => name === host.name);
  return realServer === undefined ? [] : realServerFiles(cluster, realServer);
}

/** The files of every host, for a reader who has not connected to any. */
export function filesOfAll(
  cluster: Cluster,
  factsOf: (host: Host) => RenderFacts,
): readonly { readonly host: Host; readonly role: Role; readonly files: readonly RenderedFile[] }[] {
  return hostsOf(cluster).map(({ host, role }) => ({ host, role, files: filesOf(cluster, host, factsOf(host)) }));
}

function directorFiles(cluster: Cluster, director: Director, facts: RenderFacts): readonly RenderedFile[] {
  const password = cluster.vrrp_instance.authentication?.auth_pass.reveal();
  const interfaceName = director.interface === 'auto' ? (facts.interface ?? 'auto') : director.interface;
  const conf = renderKeepalived(cluster, director, interfaceName);
  return [
    plainFile('etc/modules-load.d/lvsctl.conf', {
      name: director.name,
      cluster: cluster.name,
      modules: modulesOf(cluster),
    }),
    sysctlFile(cluster, director, 'director', directorTuning(cluster)),
    {
      path: '/etc/keepalived/keepalived.conf',
      // It can hold auth_pass, and raw blocks can hold any secret; keepalived reads it as root.
      mode: 0o600,
      text: conf,
      secrets: [
        ...new Set([
          ...(password === undefined ? [] : [password]),
          ...secretsOfConf(conf).values,
          ...cluster.secrets.map((secret) => secret.reveal()),
        ]),
      ],
    },
    ...((facts.engine ?? director.engine) === 'agent'
      ? [
          plainFile('etc/systemd/system/lvs-agent.service', {
            name: director.name,
            cluster: cluster.name,
            ...needsOfAgent(cluster),
          }),
        ]
      : []),
  ];
}

/** `ip_vs` and a module for each scheduler in use, each once. */
export function modulesOf(cluster: Cluster): readonly string[] {
  return ['ip_vs', ...new Set(cluster.virtualServers.map(({ lb_algo }) => `ip_vs_${lb_algo}`))];
}

function realServerFiles(cluster: Cluster, server: RealServer): readonly RenderedFile[] {
  const { name, address } = server;
  const vips = cluster.vrrp_instance.virtual_ipaddress.map((virtual) => virtual.address).join(' ');
  const page = { name, address, cluster: cluster.name };
  const view = { name, cluster: cluster.name, vips, before: webUnits(cluster).join(' ') };
  return [
    sysctlFile(cluster, server, 'real server', realServerTuning(cluster)),
    ...methodsOf(cluster).flatMap(({ realServer }) =>
      realServer.files.map(({ path, mode }) => ({ ...plainFile(path.slice(1), view), mode })),
    ),
    ...(cluster.web.demoPage ? [{ ...plainFile('var/www/html/index.html', page), path: cluster.web.demoPath }] : []),
  ];
}

/** Web servers by the names that distributions give them; a unit that does not exist is no mistake in Before=. */
function webUnits(cluster: Cluster): readonly string[] {
  const usual = ['nginx', 'apache2', 'httpd', 'lighttpd', 'caddy'];
  const own = cluster.web.service === undefined ? [] : [cluster.web.service];
  return [...new Set([...usual, ...own])].map((unit) => `${unit}.service`);
}

function sysctlFile(cluster: Cluster, host: Host, role: string, { sysctls, notes }: Tuning): RenderedFile {
  return plainFile('etc/sysctl.d/60-lvsctl.conf', { name: host.name, cluster: cluster.name, role, sysctls, notes });
}

function plainFile(template: string, view: Readonly<Record<string, unknown>>): RenderedFile {
  return { path: `/${template}`, mode: 0o644, text: renderTemplate(template, view), secrets: [] };
}
