import type { Client, Director, EnginePolicy, RealServer } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import type { Resemblance } from '../platforms/platforms.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { resolveAccess } from './resolve-access.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';
import type { SshConfigs } from './ssh-configs.ts';

/** In the order of the inventory. */
export function resolveDirectors(
  picker: Picker,
  environment: InventoryEnvironment,
  configs: SshConfigs,
  input: Input,
): readonly Director[] {
  const directors = input.directors ?? [];
  const names = namesFor('dr', directors, everyName(input), (index) => picker.position('directors', index));
  return directors.map((director, index) => {
    const at: PathParts = ['directors', index];
    const name = pickName(picker, at, director.name, names[index] ?? '');
    return {
      name,
      ...pickAddresses(picker, at, director),
      router_id: picker.pick(
        [...at, 'router_id'],
        [
          { value: director.router_id, at: [...at, 'router_id'] },
          { value: input.global_defs?.router_id, at: ['global_defs', 'router_id'] },
        ],
        DEFAULTS.director.router_id(name),
      ),
      engine: picker.pick<EnginePolicy>(
        [...at, 'engine'],
        [
          { value: director.engine, at: [...at, 'engine'] },
          { value: input.engine, at: ['engine'] },
        ],
        DEFAULTS.engine,
      ),
      access: resolveAccess(
        picker,
        environment,
        configs,
        { at, name, address: director.address, ssh: director.ssh },
        input.ssh,
      ),
      platform: resolvePlatform(picker, at, director.platform, input),
    };
  });
}

export function resolveRealServers(
  picker: Picker,
  environment: InventoryEnvironment,
  configs: SshConfigs,
  input: Input,
  directors: readonly Director[],
): readonly RealServer[] {
  const realServers = input.real_servers ?? [];
  const roles = new Map(directors.map(({ name, address }) => [address, name]));
  const named = realServers.map(({ name, address }) => ({ name: name ?? roles.get(address) }));
  const names = namesFor('rs', named, everyName(input), (index) => picker.position('real_servers', index));
  return realServers.map((server, index) => {
    const at: PathParts = ['real_servers', index];
    const name = pickName(picker, at, server.name, names[index] ?? '');
    return {
      name,
      ...pickAddresses(picker, at, server),
      weight: picker.own([...at, 'weight'], server.weight, DEFAULTS.real_server.weight),
      port: picker.own<number | undefined>([...at, 'port'], server.port, DEFAULTS.real_server.port),
      access: resolveAccess(
        picker,
        environment,
        configs,
        { at, name, address: server.address, ssh: server.ssh },
        input.ssh,
      ),
      platform: resolvePlatform(picker, at, server.platform, input),
    };
  });
}

function pickAddresses(
  picker: Picker,
  at: PathParts,
  host: { readonly address: string; readonly addresses?: readonly string[] | undefined },
): { readonly address: string; readonly addresses: readonly string[] } {
  const address = picker.given([...at, 'address'], host.address);
  const others = (host.addresses ?? []).map((one, index) => picker.given([...at, 'addresses', index], one));
  return { address, addresses: [...new Set([address, ...others])] };
}

export function resolveClient(
  picker: Picker,
  environment: InventoryEnvironment,
  configs: SshConfigs,
  input: Input,
): Client | undefined {
  const client = input.client;
  if (client === undefined) return undefined;
  const at: PathParts = ['client'];
  const name = pickName(picker, at, client.name, namesFor('c', [client], everyName(input), () => 0)[0] ?? '');
  const local = client.local === true;
  const address = picker.own([...at, 'address'], client.address, DEFAULTS.client.address(local));
  const others = (client.addresses ?? []).map((one, index) => picker.given([...at, 'addresses', index], one));
  const addresses = [...new Set([address, ...others])];
  const platform = resolvePlatform(picker, at, client.platform, input);
  if (local) return { name, address, addresses, access: { kind: 'local' }, platform };
  return {
    name,
    address,
    addresses,
    access: resolveAccess(picker, environment, configs, { at, name, address, ssh: client.ssh }, input.ssh),
    platform,
  };
}

/** Nearest wins, for each key; a host that is examined has no origin of it. */
function resolvePlatform(picker: Picker, at: PathParts, own: Input['platform'], { platform: all }: Input): Resemblance {
  const pick = (key: 'packages' | 'init'): string | undefined =>
    own?.[key] === undefined && all?.[key] === undefined
      ? undefined
      : picker.pick<string | undefined>(
          [...at, 'platform', key],
          [
            { value: own?.[key], at: [...at, 'platform', key] },
            { value: all?.[key], at: ['platform', key] },
          ],
          { value: undefined, because: '' },
        );
  return { packages: pick('packages'), init: pick('init') };
}

function pickName(picker: Picker, at: PathParts, given: string | undefined, otherwise: string): string {
  return picker.own([...at, 'name'], given, DEFAULTS.hostName(otherwise));
}

function everyName(input: Input): ReadonlySet<string> {
  const hosts = [...(input.directors ?? []), ...(input.real_servers ?? []), ...(input.client ? [input.client] : [])];
  return new Set(hosts.flatMap(({ name }) => (name === undefined ? [] : [name])));
}

/** `dr1`, `dr2` by position, so that a name does not move when a host gets one of its own; a name in use is stepped over. */
function namesFor(
  prefix: string,
  hosts: readonly { readonly name?: string | undefined }[],
  taken: ReadonlySet<string>,
  position: (index: number) => number,
): readonly string[] {
  const used = new Set(taken);
  return hosts.map(({ name }, index) => {
    if (name !== undefined) return name;
    let number = position(index) + 1;
    while (used.has(`${prefix}${number}`)) number++;
    used.add(`${prefix}${number}`);
    return `${prefix}${number}`;
  });
}
