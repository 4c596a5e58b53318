import type { Conf } from '../keepalived/model/conf.ts';

/** A value that is not the same in two configurations. */
export interface Difference {
  /** As `vrrp_instance VI_1 priority`. */
  readonly where: string;
  readonly before: string;
  readonly after: string;
}

/** Lists whose order means nothing, by what names their items. */
const NAMED: ReadonlyMap<string, (item: Item) => string> = new Map(
  Object.entries<(item: Item) => string>({
    vrrp_instance: ({ name }) => text(name),
    vrrp_script: ({ name }) => text(name),
    vrrp_track_process: ({ name }) => text(name),
    vrrp_track_file: ({ name }) => text(name),
    vrrp_sync_group: ({ name }) => text(name),
    virtual_server_group: ({ name }) => text(name),
    track_interface: ({ interface: name }) => text(name),
    track_script: ({ name }) => text(name),
    track_process: ({ name }) => text(name),
    track_file: ({ name }) => text(name),
    unicast_peer: ({ address }) => text(address),
    virtual_server: ({ target, protocol }) => targetText(target, protocol),
    checkers: ({ kind, connect_port, url, script }) =>
      `${text(kind)} ${text(connect_port)} ${JSON.stringify([url, script])}`,
    real_server: ({ address, port }) => `${text(address)} ${text(port)}`,
  }),
);

type Item = Readonly<Record<string, unknown>>;

/** What two configurations do differently. */
export function differences(before: Conf, after: Conf): readonly Difference[] {
  const found: Difference[] = [];
  compare([], '', running(numbered(before, after)), running(after), found);
  return found;
}

/** An instance without a virtual_router_id, which keepalived does not run, gets that of the inventory. */
function numbered(before: Conf, { vrrp }: Conf): Conf {
  const idOf = (name: string): number => vrrp.vrrp_instance.find((one) => one.name === name)?.virtual_router_id ?? 0;
  const vrrp_instance = before.vrrp.vrrp_instance.map((one) =>
    one.virtual_router_id === 0 ? { ...one, virtual_router_id: idOf(one.name) } : one,
  );
  return { ...before, vrrp: { ...before.vrrp, vrrp_instance } };
}

/** Without scripts and processes that nothing tracks, which keepalived does not run. */
function running(conf: Conf): Conf {
  const { vrrp } = conf;
  const users = [...vrrp.vrrp_instance, ...vrrp.vrrp_sync_group];
  const used = (key: 'track_script' | 'track_process'): ReadonlySet<string> =>
    new Set(users.flatMap((user) => user[key].map(({ name }) => name)));
  const [scripts, processes] = [used('track_script'), used('track_process')];
  return {
    ...conf,
    vrrp: {
      ...vrrp,
      vrrp_instance: vrrp.vrrp_instance.map(withDevices),
      vrrp_script: vrrp.vrrp_script.filter(({ name }) => scripts.has(name)),
      vrrp_track_process: vrrp.vrrp_track_process.filter(({ name }) => processes.has(name)),
    },
  };
}

/** Addresses that name no interface are on that of the instance. */
function withDevices(instance: Conf['vrrp']['vrrp_instance'][number]): typeof instance {
  const { interface: device, virtual_ipaddress } = instance;
  return { ...instance, virtual_ipaddress: virtual_ipaddress.map((one) => ({ ...one, dev: one.dev ?? device })) };
}

function compare(where: readonly string[], key: string, before: unknown, after: unknown, found: Difference[]): void {
  const name = NAMED.get(key);
  if (name !== undefined && Array.isArray(before) && Array.isArray(after)) {
    const [left, right] = [byName(before, name), byName(after, name)];
    for (const one of new Set([...left.keys(), ...right.keys()]))
      compare([...where, one], '', left.get(one), right.get(one), found);
    return;
  }
  if (isItem(before) && isItem(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    // A firewall mark is of all protocols.
    if (isItem(before['target']) && before['target']['kind'] === 'fwmark') keys.delete('protocol');
    for (const inner of keys) compare([...where, inner], inner, before[inner], after[inner], found);
    return;
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const show = key === 'auth_pass' ? () => 'a password' : shown;
  const place = where.filter((part) => !SILENT.has(part)).join(' ');
  found.push({ where: place, before: show(before), after: show(after) });
}

/** Parts of the model that no keyword names. */
const SILENT = new Set(['vrrp', 'check', 'globals']);

/** Several of one name are distinguished by their order. */
function byName(items: readonly unknown[], name: (item: Item) => string): ReadonlyMap<string, unknown> {
  const map = new Map<string, unknown>();
  for (const item of items.filter(isItem)) {
    let key = name(item);
    while (map.has(key)) key += '′';
    map.set(key, item);
  }
  return map;
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return written.length > 120 ? `${written.slice(0, 117)}...` : written;
}

function targetText(target: unknown, protocol: unknown): string {
  if (!isItem(target)) return '';
  const { kind, address, port, fwmark, group } = target;
  if (kind === 'address') return `${text(address)}:${text(port)} ${text(protocol)}`;
  return kind === 'group' ? `group ${text(group)}` : `fwmark ${text(fwmark)}`;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
