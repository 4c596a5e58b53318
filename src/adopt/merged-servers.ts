import type { PlacedDirective } from '../keepalived/read-directives.ts';
import { canonicalAddress } from '../keepalived/text/address.ts';

/** What a virtual server listens on. */
export type Target =
  | { readonly kind: 'address'; readonly address: string; readonly port: number }
  | { readonly kind: 'fwmark'; readonly fwmark: number }
  | { readonly kind: 'group'; readonly group: string };

export function targetOf({ words: [first = '', second = ''] }: PlacedDirective): Target | undefined {
  if (first === 'fwmark') return { kind: 'fwmark', fwmark: Number(second) };
  if (first === 'group') return { kind: 'group', group: second };
  const address = canonicalAddress(first);
  return address === undefined ? undefined : { kind: 'address', address, port: Number(second === '' ? 0 : second) };
}

/** Of several virtual servers on one address keepalived takes the settings of the first and the real servers of all. */
export function mergedServers(directives: readonly PlacedDirective[]): readonly PlacedDirective[] {
  const found = new Map<string, PlacedDirective>();
  for (const directive of directives.filter(({ keyword }) => keyword === 'virtual_server')) {
    const target = targetOf(directive);
    const block = directive.block ?? [];
    const own = lastWord(block, 'ip_family') ?? '';
    const key = JSON.stringify([target, target?.kind === 'fwmark' ? '' : protocolIn(directive), own]);
    const first = found.get(key);
    const more = block.flatMap((inner) => {
      if (inner.keyword === 'real_server') return [withInherited(inner, block, first?.block ?? [])];
      const sorry = inner.keyword === 'sorry_server' && lastWord(first?.block ?? [], 'sorry_server') === undefined;
      return sorry ? [inner] : [];
    });
    found.set(key, first === undefined ? directive : { ...first, block: [...(first.block ?? []), ...more] });
  }
  return [...found.values()];
}

/** What a real server has from its virtual server, and from no other one. */
const INHERITED: ReadonlySet<string> = new Set([
  'lb_kind',
  'weight',
  'inhibit_on_failure',
  'alpha',
  'delay_loop',
  'connect_timeout',
  'retry',
  'delay_before_retry',
  'warmup',
  'virtualhost',
  'smtp_alert',
]);

/** A real server of one virtual server, as it is in another one. */
function withInherited(
  real: PlacedDirective,
  from: readonly PlacedDirective[],
  to: readonly PlacedDirective[],
): PlacedDirective {
  const own = real.block ?? [];
  const textIn = (block: readonly PlacedDirective[], wanted: string): string | undefined =>
    block.findLast(({ keyword }) => keyword === wanted)?.words.join(' ');
  const inherited = from
    .filter(({ keyword }) => INHERITED.has(keyword) && textIn(from, keyword) !== textIn(to, keyword))
    .map((one) => (one.keyword === 'lb_kind' ? { ...one, keyword: 'lvs_method' } : one))
    .filter(({ keyword }) => textIn(own, keyword) === undefined);
  return { ...real, block: [...inherited, ...own] };
}

function lastWord(block: readonly PlacedDirective[], wanted: string): string | undefined {
  return block.findLast(({ keyword }) => keyword === wanted)?.words[0];
}

/** keepalived takes any other for UDP. */
export function protocolIn({ block = [] }: PlacedDirective): string {
  const word = lastWord(block, 'protocol')?.toUpperCase() ?? 'UDP';
  return word === 'TCP' || word === 'SCTP' ? word : 'UDP';
}
