import type { VrrpInstance } from '../keepalived/model/vrrp.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { type Finding, mistake } from '../inventory/finding.ts';
import { type AddedBlock, isRaw } from './added-lines.ts';
import type { RenderedConf } from '../render/rendered-conf.ts';

interface Speaker {
  readonly name: string;
  readonly address: string;
  readonly instance: VrrpInstance;
}

/** Directors that would reject each other's advertisements because of keywords in the inventory. */
export function directorsDisagree(
  { instances }: Cluster,
  confs: readonly RenderedConf[],
  blocks: readonly AddedBlock[],
): readonly Finding[] {
  if (blocks.length === 0) return [];
  return instances.flatMap(({ name, members }) => {
    const vrrp = blocks.filter((block) => isOfInstance(block, name));
    const at = (keyword: string) =>
      vrrp.find((block) => block.keyword === keyword)?.at ?? vrrp.find(isRaw)?.at ?? vrrp[0]?.at ?? blocks[0]?.at;
    const speakers = members.flatMap(({ director, address }): readonly Speaker[] => {
      const conf = confs.find((one) => one.director.name === director)?.conf;
      const instance = conf?.vrrp.vrrp_instance.find((one) => one.name === name);
      return instance === undefined ? [] : [{ name: director, address, instance }];
    });
    if (speakers.length < 2) return [];
    return [...unlike(speakers), ...sources(speakers), ...peers(speakers)].map(({ keyword, what, hint }) =>
      mistake(at(keyword) ?? [], what, hint),
    );
  });
}

/** Of an instance alone, or of all. */
function isOfInstance({ to }: AddedBlock, name: string): boolean {
  const at = to.indexOf('vrrp_instances');
  return to.at(-1) === 'vrrp_instance' || (at >= 0 && to[at + 1] === name.replace(/_6$/, ''));
}

interface Disagreement {
  readonly keyword: string;
  readonly what: string;
  readonly hint: string;
}

const PER_DIRECTOR = 'Give each director its own in `directors[].vrrp_instance`.';

const MUST_AGREE: readonly (readonly [string, (instance: VrrpInstance) => unknown])[] = [
  ['virtual_router_id', ({ virtual_router_id }) => virtual_router_id],
  ['version', ({ version }) => version],
  ['advert_int', ({ advert_int, version }) => (version === 2 ? advert_int : undefined)],
  ['authentication', ({ authentication }) => authentication?.auth_pass],
  ['mcast_dst_ip', ({ mcast_dst_ip }) => mcast_dst_ip],
  ['unicast_peer', ({ unicast_peer }) => unicast_peer.length > 0],
  ['virtual_ipaddress', ({ virtual_ipaddress }) => virtual_ipaddress.map(({ address }) => address).toSorted()],
];

function unlike(speakers: readonly Speaker[]): readonly Disagreement[] {
  return MUST_AGREE.flatMap(([keyword, of]) => {
    const [first, ...others] = speakers.map(({ name, instance }) => ({ name, value: JSON.stringify(of(instance)) }));
    const other = others.find(({ value }) => value !== first?.value);
    if (first === undefined || other === undefined) return [];
    const what = `${first.name} and ${other.name} have different values of ${keyword} and would both be master.`;
    return [{ keyword, what, hint: `Give all directors the same ${keyword}.` }];
  });
}

/** An address is on one host: another one that should send from it is in FAULT and never becomes master. */
function sources(speakers: readonly Speaker[]): readonly Disagreement[] {
  return (['unicast_src_ip', 'mcast_src_ip'] as const).flatMap((keyword) => {
    const seen = new Map<string, string>();
    return speakers.flatMap(({ name, instance }) => {
      const source = instance[keyword];
      const other = source === undefined ? undefined : seen.get(source);
      if (source !== undefined) seen.set(source, name);
      if (other === undefined) return [];
      return [{ keyword, what: `${other} and ${name} have the same ${keyword}, ${source ?? ''}.`, hint: PER_DIRECTOR }];
    });
  });
}

/** Each director must send to every other one. */
function peers(speakers: readonly Speaker[]): readonly Disagreement[] {
  return speakers.flatMap(({ name, instance: { unicast_peer } }) => {
    const to = new Set(unicast_peer.map(({ address }) => address));
    return speakers.flatMap((other) => {
      const source = other.instance.unicast_src_ip ?? other.instance.mcast_src_ip ?? other.address;
      if (other.name === name || to.size === 0 || to.has(source)) return [];
      const what = `unicast_peer of ${name} lacks ${other.name}, ${source}, which would not receive its advertisements.`;
      return [{ keyword: 'unicast_peer', what, hint: `List every other director. ${PER_DIRECTOR}` }];
    });
  });
}
