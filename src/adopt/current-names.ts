import type { PlacedDirective } from '../keepalived/read-directives.ts';

/** Old names of keywords, by the block that they stand in. */
const RENAMED: readonly { readonly in: RegExp; readonly from: string; readonly to: string }[] = [
  { in: /^(?:TCP_CHECK|SMTP_CHECK|HTTP_GET|SSL_GET|DNS_CHECK|MISC_CHECK)$/, from: 'nb_get_retry', to: 'retry' },
  { in: /^virtual_server$/, from: 'lvs_sched', to: 'lb_algo' },
  { in: /^virtual_server$/, from: 'lvs_method', to: 'lb_kind' },
  { in: /^real_server$/, from: 'lb_kind', to: 'lvs_method' },
  { in: /^virtual_server$/, from: 'net_mask', to: 'nat_mask' },
  { in: /^global_defs$/, from: 'lvs_id', to: 'router_id' },
  { in: /^$/, from: 'track_file', to: 'vrrp_track_file' },
];

/** Directives under the names that keywords have today. */
export function currentNames(directives: readonly PlacedDirective[]): {
  readonly directives: readonly PlacedDirective[];
  readonly changes: readonly string[];
} {
  const changes = new Set<string>();
  const renamed = (directive: PlacedDirective, around: string): PlacedDirective => {
    const { keyword, block } = directive;
    const rule = RENAMED.find((one) => one.from === keyword && one.in.test(around));
    if (rule?.from === 'nb_get_retry' && !/^(?:HTTP|SSL)_GET$/.test(around))
      changes.add(
        `nb_get_retry in ${around} is read as retry, its name since keepalived 2, which ignores the old one.`,
      );
    return {
      ...directive,
      keyword: rule?.to ?? keyword,
      ...(block !== undefined && { block: block.map((one) => renamed(one, keyword)) }),
    };
  };
  return { directives: directives.map((one) => renamed(one, '')), changes: [...changes] };
}
