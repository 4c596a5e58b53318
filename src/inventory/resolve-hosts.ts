import { DEFAULT_METHOD } from '../forwarding/methods.ts';
import type { Client, Director, EnginePolicy, RealServer, TcpCheck } from './cluster.ts';
import { KEYWORDS } from './keywords.ts';
import { linesAt, vrrpLinesOf } from './resolve-lines.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { resolveAccess } from './resolve-access.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

/** A TCP_CHECK that notices a dead server within seconds and forgives a lost packet. */
export const TCP_CHECK: Omit<TcpCheck, 'lines'> = { connect_timeout: 3, nb_get_retry: 3, delay_before_retry: 3 };

export const CHECK_BECAUSE = 'three tries, three seconds each';

/** In the order of the inventory. */
export function resolveDirectors(picker: Picker, environment: InventoryEnvironment, input: Input): readonly Director[] {
  const directors = input.directors ?? [];
  const names = namesFor('dr', directors, everyName(input), (index) => picker.position('directors', index));
  const priorities = prioritiesFor(directors.map(({ priority }) => priority));
  const first = priorities.indexOf(Math.max(...priorities));
  const backupsOnly = input.vrrp_instance?.nopreempt === true || input.vrrp_instance?.preempt_delay !== undefined;
  return directors.map((director, index) => {
    const at: PathParts = ['directors', index];
    const name = pickName(picker, at, director.name, names[index] ?? '');
    return {
      name,
      address: picker.pick(at.concat('address'), [{ value: director.address, at: [...at, 'address'] }], '', ''),
      state: picker.pick<'MASTER' | 'BACKUP'>(
        [...at, 'state'],
        [{ value: director.state, at: [...at, 'state'] }],
        index === first && !backupsOnly ? 'MASTER' : 'BACKUP',
        backupsOnly
          ? 'nopreempt and preempt_delay need BACKUP on every director'
          : index === first
            ? 'the highest priority'
            : 'another director has a higher priority',
      ),
      priority: picker.pick(
        [...at, 'priority'],
        [{ value: director.priority, at: [...at, 'priority'] }],
        priorities[index] ?? 1,
        'just below 255, a step apart: the higher the priority of a backup, the sooner it takes over',
      ),
      router_id: picker.pick(
        [...at, 'router_id'],
        [
          { value: director.router_id, at: [...at, 'router_id'] },
          { value: input.global_defs?.router_id, at: ['global_defs', 'router_id'] },
        ],
        name,
        'the name of the director',
      ),
      interface: picker.pick(
        [...at, 'interface'],
        [
          { value: director.interface, at: [...at, 'interface'] },
          { value: input.vrrp_instance?.interface, at: ['vrrp_instance', 'interface'] },
        ],
        'auto',
        'the interface that holds the address of the director',
      ),
      vrrpLines: vrrpLinesOf(picker, [...at, 'vrrp_instance'], director.vrrp_instance, input.vrrp_instance),
      engine: picker.pick<EnginePolicy>(
        [...at, 'engine'],
        [
          { value: director.engine, at: [...at, 'engine'] },
          { value: input.engine, at: ['engine'] },
        ],
        'auto',
        'keepalived where it is installed or can be had, else the bundled agent',
      ),
      access: resolveAccess(picker, environment, { at, address: director.address, ssh: director.ssh }, input.ssh),
    };
  });
}

export function resolveRealServers(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): readonly RealServer[] {
  const realServers = input.real_servers ?? [];
  const names = namesFor('rs', realServers, everyName(input), (index) => picker.position('real_servers', index));
  return realServers.map((server, index) => {
    const at: PathParts = ['real_servers', index];
    const check = (key: keyof typeof TCP_CHECK): number => {
      const path = [...at, 'tcp_check', key];
      return picker.pick(path, [{ value: server.tcp_check?.[key], at: path }], TCP_CHECK[key], CHECK_BECAUSE);
    };
    return {
      name: pickName(picker, at, server.name, names[index] ?? ''),
      address: picker.pick([...at, 'address'], [{ value: server.address, at: [...at, 'address'] }], '', ''),
      weight: picker.pick([...at, 'weight'], [{ value: server.weight, at: [...at, 'weight'] }], 1, 'all equal'),
      port: picker.pick<number | undefined>(
        [...at, 'port'],
        [{ value: server.port, at: [...at, 'port'] }],
        undefined,
        DEFAULT_METHOD.inventory.defaultPort,
      ),
      tcp_check: {
        connect_timeout: check('connect_timeout'),
        nb_get_retry: check('nb_get_retry'),
        delay_before_retry: check('delay_before_retry'),
        lines: linesAt(picker, [...at, 'tcp_check'], server.tcp_check, KEYWORDS.tcp_check),
      },
      lines: linesAt(picker, at, server, KEYWORDS.real_servers, server.raw),
      access: resolveAccess(picker, environment, { at, address: server.address, ssh: server.ssh }, input.ssh),
    };
  });
}

export function resolveClient(picker: Picker, environment: InventoryEnvironment, input: Input): Client | undefined {
  const client = input.client;
  if (client === undefined) return undefined;
  const at: PathParts = ['client'];
  const name = pickName(picker, at, client.name, namesFor('c', [client], everyName(input), () => 0)[0] ?? '');
  const local = client.local === true;
  const address = picker.pick(
    [...at, 'address'],
    [{ value: client.address, at: [...at, 'address'] }],
    local ? '127.0.0.1' : '',
    'the client is this machine',
  );
  if (local) return { name, address, access: { kind: 'local' } };
  return { name, address, access: resolveAccess(picker, environment, { at, address, ssh: client.ssh }, input.ssh) };
}

function pickName(picker: Picker, at: PathParts, given: string | undefined, otherwise: string): string {
  return picker.pick([...at, 'name'], [{ value: given, at: [...at, 'name'] }], otherwise, 'role and position');
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

/** One below the director before; the hand-over costs (256 - priority)/256 of advert_int (RFC 3768 §6.1, Skew_Time). */
function prioritiesFor(given: readonly (number | undefined)[]): readonly number[] {
  let before = 255;
  return given.map((priority) => {
    before = priority ?? Math.max(1, before - 1);
    return before;
  });
}
