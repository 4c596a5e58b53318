import { canonicalAddress } from '../keepalived/text/address.ts';
import type { PlacedDirective } from '../keepalived/read-directives.ts';
import type { AdoptedConf } from './adopted-file.ts';

/** A director as its files have it. */
export interface AdoptedDirector {
  readonly conf: AdoptedConf;
  readonly name: string;
  /** The first is what VRRP sends from; none when no file says. */
  readonly addresses: readonly string[];
}

export interface AdoptedRealServer {
  readonly name: string;
  readonly address: string;
}

/** @param given addresses by the names of directors, which the files cannot contradict */
export function directorsOf(
  confs: readonly AdoptedConf[],
  given: ReadonlyMap<string, readonly string[]>,
): readonly AdoptedDirector[] {
  const sources = confs.map(({ conf, name }) => [
    ...new Set([
      ...(given.get(name) ?? []),
      ...conf.vrrp.vrrp_instance.flatMap(({ unicast_src_ip, mcast_src_ip }) =>
        [unicast_src_ip, mcast_src_ip].filter((address) => address !== undefined),
      ),
    ]),
  ]);
  const known = new Set(sources.flat());
  return confs.map((conf, index) => {
    const own = sources[index] ?? [];
    // Of two directors, the peer of one is the other.
    const peers = confs.length !== 2 ? [] : peersOf(confs[1 - index]).filter((peer) => !known.has(peer));
    return { conf, name: conf.name, addresses: own.length > 0 ? own : peers.slice(0, 1) };
  });
}

export function peersOf(conf: AdoptedConf | undefined): readonly string[] {
  const peers = (conf?.conf.vrrp.vrrp_instance ?? []).flatMap(({ unicast_peer }) => unicast_peer);
  return [...new Set(peers.map(({ address }) => address))];
}

/** Names of real servers: those of comments beside them, or by their order. */
export function realServersOf(
  confs: readonly AdoptedConf[],
  directors: readonly AdoptedDirector[],
): ReadonlyMap<string, AdoptedRealServer> {
  const found = new Map<string, string | undefined>();
  for (const conf of confs)
    for (const server of conf.directives.filter(({ keyword }) => keyword === 'virtual_server'))
      for (const real of (server.block ?? []).filter(({ keyword }) => keyword === 'real_server')) {
        const address = addressOf(real);
        if (address !== undefined) found.set(address, found.get(address) ?? nameIn(real, conf));
      }
  const used = new Set(directors.map(({ name }) => name.toLowerCase()));
  const own = new Map(directors.flatMap(({ name, addresses }) => addresses.map((address) => [address, name] as const)));
  let number = 0;
  const numbered = (): string => {
    do number += 1;
    while (used.has(`rs${number}`));
    return `rs${number}`;
  };
  const names = new Map<string, AdoptedRealServer>();
  for (const [address, comment] of found) {
    const name = own.get(address) ?? (comment === undefined || used.has(comment.toLowerCase()) ? numbered() : comment);
    used.add(name.toLowerCase());
    names.set(address, { name, address });
  }
  return names;
}

/** The canonical address of a real_server. */
export function addressOf({ words }: PlacedDirective): string | undefined {
  return canonicalAddress(words[0] ?? '');
}

/** A comment that is a host's name and nothing else, such as `! web1`. */
function nameIn({ position }: PlacedDirective, { commentAt }: AdoptedConf): string | undefined {
  const comment = commentAt(position.file, position.line) ?? '';
  return HOST_NAME.test(comment) && /[0-9.-]/.test(comment) && canonicalAddress(comment) === undefined
    ? comment
    : undefined;
}

export const HOST_NAME =
  /^[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
