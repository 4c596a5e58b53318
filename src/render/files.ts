import type { HostSide, MethodUnit, Tuning } from '../forwarding/forwarding.ts';
import {
  hostsOf,
  pushedTo,
  type Cluster,
  type Director,
  type Host,
  type RealServer,
  type Role,
} from '../inventory/cluster.ts';
import { needsOfAgent } from './agent-unit.ts';
import { passwordsOf } from '../inventory/secrets.ts';
import { secretsOfConf } from '../keepalived/conf-secrets.ts';
import { type InterfaceOf, renderKeepalived } from './keepalived.ts';
import { sidesOf } from './method-sides.ts';
import type { InitSystem, UnitFiles } from '../platforms/init-system.ts';
import { unitFileIn } from '../platforms/init-systems.ts';
import { systemd } from '../platforms/systemd.ts';
import {
  AGENT_UNIT,
  FIREWALLS,
  FIREWALL_UNIT,
  KEEPALIVED_UNIT,
  MODULES_FILE,
  PUSHED_FILES,
  SYSCTL_FILE,
} from './names.ts';
import { tuningOf } from './sysctls.ts';
import { renderTemplate } from './template.ts';

/** The exact content of a file on a host, owned by root. */
export interface RenderedFile {
  /** Absolute path on the host. */
  readonly path: string;
  /** Permission bits, as 0o644. */
  readonly mode: number;
  readonly text: string;
  /** Parts of the text to redact. */
  readonly secrets: readonly string[];
}

/** Facts about a host that its files depend on. */
export interface RenderFacts {
  /** While the interface of an address is undefined, `auto` stays `auto`. */
  readonly interfaceOf: InterfaceOf;
  /** The engine of a director; undefined means the one of the inventory. */
  readonly engine?: 'keepalived' | 'agent' | undefined;
  /** Whether keepalived is built from source, without a unit of its own. */
  readonly builtKeepalived?: boolean;
  /** The init system of the host; undefined means systemd. */
  readonly init?: InitSystem | undefined;
}

/** All files of a host, in the order of the setup. Clients have none. */
export function filesOf(cluster: Cluster, host: Host, facts: RenderFacts): readonly RenderedFile[] {
  const director = cluster.directors.find(({ name }) => name === host.name);
  const realServer = cluster.realServers.find(({ name }) => name === host.name);
  if (director === undefined) return realServer === undefined ? [] : realServerFiles(cluster, realServer, facts);
  return [
    ...directorFiles(cluster, director, facts),
    ...(realServer === undefined ? [] : demoPage(cluster, realServer)),
  ];
}

/** The files of every host, without facts about the hosts. */
export function filesOfAll(
  cluster: Cluster,
  factsOf: (host: Host) => RenderFacts,
): readonly { readonly host: Host; readonly role: Role; readonly files: readonly RenderedFile[] }[] {
  return hostsOf(cluster).map(({ host, role }) => ({ host, role, files: filesOf(cluster, host, factsOf(host)) }));
}

function directorFiles(cluster: Cluster, director: Director, facts: RenderFacts): readonly RenderedFile[] {
  const conf = renderKeepalived(cluster, director, facts.interfaceOf);
  const sides = sidesOf(cluster, director);
  return [
    ...methodFiles(cluster, director, sides, facts),
    ...modulesFile(cluster, director, 'director', sides, modulesOf(cluster)),
    ...sysctlFile(cluster, director, 'director', tuningOf(cluster, director, sides)),
    // Before the configuration, which may name them and is tried.
    ...pushedFiles(cluster, director),
    {
      path: '/etc/keepalived/keepalived.conf',
      // Mode 0600: it may hold auth_pass and, in raw blocks, other secrets; keepalived reads it as root.
      mode: 0o600,
      text: conf,
      secrets: [
        ...new Set([
          ...passwordsOf(cluster),
          ...secretsOfConf(conf).values,
          ...cluster.secrets.map((secret) => secret.reveal()),
        ]),
      ],
    },
    ...((facts.engine ?? director.engine) === 'agent'
      ? [
          unitFile(facts, AGENT_UNIT, ({ agent }) => agent(AGENT_UNIT), {
            name: director.name,
            cluster: cluster.name,
            ...needsOfAgent(cluster),
          }),
        ]
      : []),
    ...(facts.builtKeepalived === true ? keepalivedUnit(cluster, director, facts) : []),
  ];
}

function keepalivedUnit(cluster: Cluster, { name }: Director, facts: RenderFacts): readonly RenderedFile[] {
  const { keepalived } = (facts.init ?? systemd).unitFiles.templates;
  if (keepalived === undefined) return [];
  return [unitFile(facts, KEEPALIVED_UNIT, () => keepalived(KEEPALIVED_UNIT), { name, cluster: cluster.name })];
}

/** The files of the user's own, and the list of them. */
function pushedFiles(cluster: Cluster, director: Director): readonly RenderedFile[] {
  const files = pushedTo(cluster, director);
  if (files.length === 0) return [];
  const secrets = [...passwordsOf(cluster), ...cluster.secrets.map((secret) => secret.reveal())];
  const list = plainFile(PUSHED_FILES.slice(1), { name: director.name, cluster: cluster.name, files });
  return [...files.map(({ path, mode, text }) => ({ path, mode, text, secrets })), list];
}

/** `ip_vs` and a module for each scheduler in use, each once. */
export function modulesOf(cluster: Cluster): readonly string[] {
  return ['ip_vs', ...new Set(cluster.virtualServers.map(({ lb_algo }) => `ip_vs_${lb_algo}`))];
}

function realServerFiles(cluster: Cluster, server: RealServer, facts: RenderFacts): readonly RenderedFile[] {
  const sides = sidesOf(cluster, server);
  return [
    ...modulesFile(cluster, server, 'real server', sides),
    ...sysctlFile(cluster, server, 'real server', tuningOf(cluster, server, sides)),
    ...methodFiles(cluster, server, sides, facts),
    ...demoPage(cluster, server),
  ];
}

function demoPage({ name: cluster, web }: Cluster, { name, address }: RealServer): readonly RenderedFile[] {
  const page = plainFile('var/www/html/index.html', { name, address, cluster });
  return web.demoPage ? [{ ...page, path: web.demoPath }] : [];
}

/** Units of common web servers. Before= ignores units that do not exist. */
function webUnits(cluster: Cluster): readonly string[] {
  const usual = ['nginx', 'apache2', 'httpd', 'lighttpd', 'caddy'];
  const own = cluster.web.service === undefined ? [] : [cluster.web.service];
  return [...new Set([...usual, ...own])].map((unit) => `${unit}.service`);
}

/** The files of methods; each has a template of the same path, and a unit one of the init system. */
function methodFiles(
  cluster: Cluster,
  { name }: Host,
  sides: readonly HostSide[],
  facts: RenderFacts,
): readonly RenderedFile[] {
  const names = { name, cluster: cluster.name, before: webUnits(cluster).join(' ') };
  return sides.flatMap((side) => [
    ...side.files.map(({ path, mode, view }) => ({ ...plainFile(path.slice(1), { ...names, ...view }), mode })),
    ...side.units.map((unit) =>
      unitFile(facts, unit.name, ({ script }) => script(unit.name), { ...names, ...scriptView(cluster, unit) }),
    ),
  ]);
}

/** What templates of init systems without units say of a script. */
export function scriptView(cluster: Cluster, { name, script, title }: MethodUnit): Readonly<Record<string, string>> {
  const services = [KEEPALIVED_UNIT, AGENT_UNIT, ...webUnits(cluster)].filter((unit) => unit !== name);
  const nameOf = (unit: string): string => unit.replace(/\.service$/, '');
  const after = name === FIREWALL_UNIT.name ? FIREWALLS.map((one) => ` ${one}`).join('') : '';
  return { service: nameOf(name), script, title, services: services.map(nameOf).join(' '), after };
}

export function unitFile(
  { init = systemd }: Pick<RenderFacts, 'init'>,
  unit: string,
  template: (templates: UnitFiles['templates']) => string,
  view: Readonly<Record<string, unknown>>,
): RenderedFile {
  const text = renderTemplate(template(init.unitFiles.templates), view);
  return { path: unitFileIn(init, unit), mode: init.unitFiles.mode, text, secrets: [] };
}

function sysctlFile(cluster: Cluster, host: Host, role: string, tuning: Tuning): readonly RenderedFile[] {
  const view = { name: host.name, cluster: cluster.name, role, ...tuning };
  return tuning.sysctls.length === 0 ? [] : [plainFile(SYSCTL_FILE.slice(1), view)];
}

/** @param own modules of a director's table */
function modulesFile(
  cluster: Cluster,
  host: Host,
  role: string,
  sides: readonly HostSide[],
  own: readonly string[] = [],
): readonly RenderedFile[] {
  const modules = [...new Set([...own, ...sides.flatMap((side) => side.modules)])];
  const notes = own.length === 0 ? [] : ["The kernel's load balancer, and a module for each scheduler in use."];
  const view = { name: host.name, cluster: cluster.name, role, notes, modules };
  return modules.length === 0 ? [] : [plainFile(MODULES_FILE.slice(1), view)];
}

export function plainFile(template: string, view: Readonly<Record<string, unknown>>): RenderedFile {
  return { path: `/${template}`, mode: 0o644, text: renderTemplate(template, view), secrets: [] };
}
