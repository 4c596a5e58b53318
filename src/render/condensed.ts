import type { Cluster, PoolMember, VirtualServer } from '../inventory/cluster.ts';
import type { RealServer, VirtualServer as ReadServer } from '../keepalived/model/check.ts';
import { type Entry, textOf } from '../keepalived/write.ts';

/** A virtual server as it is written to be read by lvsctl itself: of real servers that read alike, the first. */
export interface CondensedServer {
  readonly server: VirtualServer;
  /** The same with fewer real servers; the first has the weights of the others, so that their sum stays. */
  readonly written: VirtualServer;
  /** Indexes of the real servers that are written. */
  readonly kept: readonly number[];
  /** Of each real server; two of one form differ in the address, the weight, and a port that is the virtual server's. */
  readonly forms: readonly string[];
}

/**
 * The virtual servers of a cluster, each with the real servers that are worth reading: those that no other one is like,
 * and of the others one for each place of the inventory that says something of them.
 */
export function condensedServers(cluster: Cluster): readonly CondensedServer[] {
  const texts = new Texts();
  const all = (server: VirtualServer): CondensedServer => ({
    server,
    written: server,
    kept: [...server.pool.keys()],
    forms: [],
  });
  // Another one that it is like may be on another director.
  if (cluster.virtualServers.some(({ directors }) => directors !== undefined)) return cluster.virtualServers.map(all);
  if (rawLinesOf(cluster).some((line) => CHANGES_OTHERS.test(line))) return cluster.virtualServers.map(all);
  const seen = new Set<string>();
  return cluster.virtualServers.map((server) => {
    const around = texts.of(server.conf);
    const members = server.pool.map((member) => texts.of(member.conf));
    if (server.target.kind === 'group' || WHOLE.test(around.text) || members.some(({ text }) => WEIGHT.test(text)))
      return all(server);
    const head = headOf(server, around);
    const forms = server.pool.map((member, index) => formOf(server, member, members[index] ?? around, around, head));
    const repeated = repeatedNames(server.pool);
    const kept = server.pool.flatMap(({ name, address }, index) => {
      const key = `${members[index]?.places ?? ''}\n${forms[index] ?? ''}`;
      const known = seen.has(key) && !repeated.has(name) && !around.words.has(address);
      seen.add(key);
      return index === 0 || !known ? [index] : [];
    });
    return { server, written: withFewer(server, kept), kept, forms };
  });
}

/** Lines that change the meaning of what is below them, or add virtual servers that are compared with the others. */
const CHANGES_OTHERS = /^[ \t]*(?:@\S*[ \t]+)?(?:[$~]|include|virtual_server\b)/;

/** What a virtual server says of its real servers as a group. */
const WHOLE = /\breal_server\b|\bquorum[ \t]+\d{5}/;
const WEIGHT = /\bweight\b/;

const HEAVIEST = 65_535;

function withFewer(server: VirtualServer, kept: readonly number[]): VirtualServer {
  if (kept.length === server.pool.length) return server;
  const chosen = kept.flatMap((index) => server.pool[index] ?? []);
  const [first, ...others] = chosen;
  if (first === undefined) return server;
  const sum = (members: readonly PoolMember[]): number => members.reduce((total, { weight }) => total + weight, 0);
  const weight = Math.min(sum(server.pool) - sum(others), HEAVIEST);
  return { ...server, pool: [{ ...first, weight }, ...others] };
}

/** Real servers that are listed several times, which keepalived may refuse. */
function repeatedNames(pool: readonly PoolMember[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(
    pool.flatMap(({ name }) => {
      if (seen.has(name)) return [name];
      seen.add(name);
      return [];
    }),
  );
}

function headOf({ target, family, protocol, ...server }: VirtualServer, { id, words }: WrittenText): string {
  const port = target.kind === 'address' ? target.port : 0;
  const { delay_loop, lb_algo, lb_kind, persistence_timeout } = server;
  const own = words.has(String(port)) ? port : '';
  return [target.kind, port === 0, family, protocol, delay_loop, lb_algo, lb_kind, persistence_timeout, id, own].join();
}

/** A port or an address that is written in the text as well is part of the form: it does not follow the member. */
function formOf(
  { target }: VirtualServer,
  { address, port }: PoolMember,
  own: WrittenText,
  around: WrittenText,
  head: string,
): string {
  const at = target.kind === 'address' ? target.port : 0;
  const fixedPort = own.words.has(String(at)) ? at : '';
  const fixedAddress = own.words.has(address) || around.words.has(address) ? address : '';
  const family = address.includes(':');
  return [head, own.id, port === at ? '=' : port, fixedPort, fixedAddress, family].join();
}

function rawLinesOf({ conf, global_defs, instances, virtualServers }: Cluster): readonly string[] {
  const members = new Set(virtualServers.flatMap(({ pool }) => pool.map((member) => member.conf)));
  return [
    conf,
    global_defs.conf,
    ...instances.flatMap((instance) => instance.members.map((member) => member.conf)),
    ...virtualServers.map((server) => server.conf),
    ...members,
  ].flatMap((entries) => entries.flatMap((entry) => ('raw' in entry ? entry.raw : [])));
}

interface WrittenText {
  readonly text: string;
  /** The same for the same text. */
  readonly id: number;
  readonly words: ReadonlySet<string>;
  /** The places of the inventory that it was made of. */
  readonly places: string;
}

/** Texts of entries, each written once: virtual servers share them. */
class Texts {
  readonly #known = new Map<readonly Entry[], WrittenText>();
  readonly #ids = new Map<string, number>();

  of(entries: readonly Entry[]): WrittenText {
    const known = this.#known.get(entries);
    if (known !== undefined) return known;
    const text = textOf(entries);
    const id = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, id);
    const places = JSON.stringify(placesIn(entries));
    const made = { text, id, words: new Set(text.split(/[^\w.:]+/)), places };
    this.#known.set(entries, made);
    return made;
  }
}

function placesIn(entries: readonly Entry[]): readonly unknown[] {
  return entries.flatMap((entry) => {
    const block = 'block' in entry ? placesIn(entry.block ?? []) : [];
    return 'at' in entry && entry.at !== undefined ? [entry.at, ...block] : block;
  });
}

/** Completes virtual servers that were read from a condensed file. */
export class Expansion {
  readonly #templates = new Map<
    string,
    { readonly real: RealServer; readonly port: number; readonly address: string }
  >();

  /** @param read what `condensed` was read as, before or after others of its form */
  expand(condensed: CondensedServer, read: ReadServer): ReadServer {
    const { server, kept, forms } = condensed;
    if (read.real_server.length !== kept.length || forms.length === 0) return read;
    const port = server.target.kind === 'address' ? server.target.port : 0;
    const written = new Map(kept.map((index, place) => [index, read.real_server[place]]));
    const real_server = server.pool.flatMap((member, index): readonly RealServer[] => {
      const form = forms[index] ?? '';
      const own = written.get(index);
      if (own !== undefined) {
        if (!this.#templates.has(form)) this.#templates.set(form, { real: own, port, address: member.address });
        return [{ ...own, weight: member.weight }];
      }
      const template = this.#templates.get(form);
      return template === undefined ? [] : [likeTemplate(template, member, port)];
    });
    return { ...read, real_server };
  }
}

function likeTemplate(
  { real, port: before, address }: { readonly real: RealServer; readonly port: number; readonly address: string },
  member: PoolMember,
  port: number,
): RealServer {
  const moved = (one: number): number => (one === before ? port : one);
  const checkers = real.checkers.map((checker) =>
    'connect_ip' in checker
      ? {
          ...checker,
          connect_ip: checker.connect_ip === address ? member.address : checker.connect_ip,
          connect_port: moved(checker.connect_port),
        }
      : checker,
  );
  return { ...real, address: member.address, port: moved(real.port), weight: member.weight, checkers };
}
