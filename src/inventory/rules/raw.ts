import { doubt, mistake, type Finding, type Linted } from '../finding.ts';
import type { PathParts } from '../place.ts';
import { scanRaw } from '../scan-raw.ts';

/** Keys that lvsctl writes itself, by where the block stands. */
const WRITTEN: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<readonly string[]>({
    global_defs: ['notification_email', 'notification_email_from', 'smtp_server', 'smtp_connect_timeout', 'router_id'],
    vrrp_instance: ['state', 'interface', 'virtual_router_id', 'priority', 'advert_int', 'virtual_ipaddress'],
    virtual_servers: ['delay_loop', 'lb_algo', 'lb_kind', 'protocol', 'real_server'],
    vrrp_instances: ['state', 'interface', 'virtual_router_id', 'priority', 'advert_int', 'virtual_ipaddress'],
    real_servers: ['weight', 'TCP_CHECK'],
    pools: ['weight', 'TCP_CHECK'],
  }),
);

/** A raw block goes into keepalived.conf as it is, so it must not reach out of the block it stands in. */
export function rawBlocks({ input }: Linted): readonly Finding[] {
  const blocks: readonly (readonly [PathParts, string | undefined])[] = [
    [['raw'], input.raw],
    [['global_defs', 'raw'], input.global_defs?.raw],
    [['vrrp_instance', 'raw'], input.vrrp_instance?.raw],
    ...Object.entries(input.vrrp_instances ?? {}).map(
      ([name, { raw }]) => [['vrrp_instances', name, 'raw'], raw] as const,
    ),
    ...(input.directors ?? []).flatMap(({ vrrp_instances = {} }, index) =>
      Object.entries(vrrp_instances).map(
        ([name, { raw }]) => [['directors', index, 'vrrp_instances', name, 'raw'], raw] as const,
      ),
    ),
    ...Object.entries(input.pools ?? {}).flatMap(([name, { raw, members = [] }]) => [
      [['pools', name, 'raw'], raw] as const,
      ...members.map((member, index) => [['pools', name, 'members', index, 'raw'], member.raw] as const),
    ]),
    ...(input.virtual_servers ?? []).map(({ raw }, index) => [['virtual_servers', index, 'raw'], raw] as const),
    ...(input.real_servers ?? []).map(({ raw }, index) => [['real_servers', index, 'raw'], raw] as const),
  ];
  return blocks.flatMap(([at, text]) => (text === undefined ? [] : findingsOf(at, text)));
}

function findingsOf(at: PathParts, text: string): readonly Finding[] {
  const { problem, keywords } = scanRaw(text);
  if (problem !== undefined) {
    const hint = 'The block is inserted into keepalived.conf as is, and must be complete.';
    return [mistake(at, `${problem.what} in line ${problem.line} of the raw block.`, hint)];
  }
  const written = WRITTEN.get(String(at[0])) ?? [];
  const repeated = at.length > 1 ? keywords.filter((keyword) => written.includes(keyword)) : [];
  return repeated.map((keyword) =>
    doubt(at, `The raw block sets \`${keyword}\`, which lvsctl writes too.`, 'Use the key of the inventory instead.'),
  );
}
