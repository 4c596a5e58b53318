import type { Holding, Neighbour } from './observation.ts';

/** Who held the virtual address for a while: nobody, one director, or (wrongly) several. */
export interface OwnerSpan {
  readonly owners: readonly string[];
  readonly from: number;
  readonly to: number;
}

/**
 * The owners from `from` to `to`, told by what each director said of itself. Reports may come in any order and
 * more than once. What happens at one moment is one step: an address that leaves one director and appears on
 * another in the same millisecond was never held by nobody.
 */
export function ownersOver(changes: readonly Holding[], from: number, to: number): readonly OwnerSpan[] {
  const sorted = [...changes].sort((a, b) => a.at - b.at);
  const moments = [...new Set(sorted.map(({ at }) => at).filter((at) => at > from && at < to))];
  const spans = [from, ...moments].map((start, index) => ({
    owners: ownersAt(sorted, start),
    from: start,
    to: moments[index] ?? to,
  }));
  return merged(spans);
}

/** Who holds the address at a moment, by the last word of each director; sorted by name. */
export function ownersAt(changes: readonly Holding[], at: number): readonly string[] {
  const last = new Map<string, Holding>();
  for (const change of changes) {
    const known = last.get(change.host);
    if (change.at <= at && (known === undefined || change.at >= known.at)) last.set(change.host, change);
  }
  return [...last.values()]
    .filter(({ holds }) => holds)
    .map(({ host }) => host)
    .sort();
}

/** The same for the client: whose hardware address it sent to; `nameOf` turns that into a name. */
export function neighboursOver(
  seen: readonly Neighbour[],
  nameOf: (mac: string) => string,
  from: number,
  to: number,
): readonly OwnerSpan[] {
  const sorted = [...seen].sort((a, b) => a.at - b.at);
  const before = sorted.filter(({ at }) => at <= from).at(-1);
  const later = sorted.filter(({ at }) => at > from && at < to);
  const steps = [...(before === undefined ? [] : [{ ...before, at: from }]), ...later];
  return merged(
    steps.map(({ at, mac }, index) => ({ owners: [nameOf(mac)], from: at, to: steps[index + 1]?.at ?? to })),
  );
}

function merged(spans: readonly OwnerSpan[]): readonly OwnerSpan[] {
  const out: OwnerSpan[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && last.owners.join(' ') === span.owners.join(' '))
      out[out.length - 1] = { ...last, to: span.to };
    else if (span.to > span.from) out.push(span);
  }
  return out;
}
