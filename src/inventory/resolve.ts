import { basename } from 'node:path';
import { networkAround } from './address.ts';
import type { Cluster, Web } from './cluster.ts';
import type { Finding } from './finding.ts';
import { KEYWORDS } from './keywords.ts';
import { linesAt } from './resolve-lines.ts';
import type { Picker } from './origins.ts';
import { resolveAuthentication, resolveSecrets } from './resolve-authentication.ts';
import { resolveClient, resolveDirectors, resolveRealServers } from './resolve-hosts.ts';
import {
  resolveGlobalDefs,
  resolveVirtualAddresses,
  resolveVirtualServers,
  resolveVrrpInstance,
} from './resolve-keepalived.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

export interface Resolved {
  /** Hosts are in the order of the inventory; it may break every cross-host rule. */
  readonly cluster: Cluster;
  /** Values that the outside world was to give and did not. */
  readonly findings: readonly Finding[];
}

/** Fills in every default. All defaults of an inventory live in the `resolve*` files, each with its reason. */
export async function resolveInput(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
  file: string,
): Promise<Resolved> {
  const { authentication, findings } = await resolveAuthentication(picker, environment, input);
  const listed = await resolveSecrets(picker, environment, input);
  const name = picker.pick(['name'], [{ value: input.name, at: ['name'] }], nameOf(file), 'the name of the file');
  const directors = resolveDirectors(picker, environment, input);
  const realServers = resolveRealServers(picker, environment, input);
  const client = resolveClient(picker, environment, input);
  const addresses = resolveVirtualAddresses(picker, input);
  const around = directors[0]?.address ?? realServers[0]?.address ?? '0.0.0.0';
  const network = picker.pick(
    ['network'],
    [{ value: input.network, at: ['network'] }],
    networkAround(around, 24),
    'the /24 around the first director',
  );
  const cluster = {
    name,
    network: `${networkAround(network.address, network.prefix).address}/${network.prefix}`,
    directors,
    realServers,
    client,
    global_defs: resolveGlobalDefs(picker, input),
    vrrp_instance: resolveVrrpInstance(picker, input, addresses, authentication),
    virtualServers: resolveVirtualServers(picker, input, addresses, realServers),
    lines: linesAt(picker, [], input, KEYWORDS.top, input.raw),
    secrets: listed.secrets,
    packages: {
      localMount: picker.pick<string | undefined>(
        ['packages', 'local_mount'],
        [{ value: input.packages?.local_mount, at: ['packages', 'local_mount'] }],
        undefined,
        "the distribution's repositories",
      ),
    },
    web: resolveWeb(picker, input),
  };
  return { cluster, findings: [...findings, ...listed.findings] };
}

/** Units by the packages that bring them, where the two differ. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^nginx/, 'nginx'],
  [/^apache/, 'apache2'],
];

function resolveWeb(picker: Picker, input: Input): Web {
  const given = input.web;
  const pick = <T>(key: string, value: T | undefined, otherwise: T, because: string): T =>
    picker.pick(['web', key], [{ value, at: ['web', key] }], otherwise, because);
  const name = pick<string | undefined>('package', given?.package, undefined, 'the web servers are yours');
  const unit = UNITS.find(([pattern]) => name !== undefined && pattern.test(name))?.[1] ?? name;
  const because = name === undefined ? 'the web servers are yours' : `the unit of ${name}`;
  return {
    package: name,
    service: pick<string | undefined>('service', given?.service?.replace(/\.service$/, ''), unit, because),
    demoPage: pick('demo_page', given?.demo_page, false, 'your pages are left alone'),
    demoPath: pick('demo_path', given?.demo_path, '/var/www/html/index.html', 'where Debian serves from'),
  };
}

/** `inventories/article.yml` is the cluster `article`. */
function nameOf(file: string): string {
  const name = basename(file).replace(/\.ya?ml$/i, '');
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name) && name !== 'inventory' ? name : 'cluster';
}
