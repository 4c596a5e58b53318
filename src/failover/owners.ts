/** A director gained or lost the VIP, as it reports itself. */
export interface Holding {
  readonly at: number;
  readonly host: string;
  readonly holds: boolean;
}

/** The hardware address that the client resolves the VIP to. */
export interface Neighbour {
  readonly at: number;
  readonly mac: string;
}

/** Directors that held the VIP for a period: none, one, or (wrongly) several. */
export interface OwnerSpan {
  readonly owners: readonly string[];
  readonly from: number;
  readonly to: number;
}

/**
 * Owners from `from` to `to`, as the directors report them, in any order and possibly repeated. Changes at the same time
 * are one step: a VIP that moves from one director to another within a millisecond had an owner all the time.
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

/** Owners of the VIP at a time, by the latest report of each director; sorted by name. */
export function ownersAt(changes: readonly Holding[], at: number): readonly string[] {
  const last = new Map<string, Holding>();
  for (const change of changes) {
    const latest = last.get(change.host);
    if (change.at <= at && (latest === undefined || change.at >= latest.at)) last.set(change.host, change);
  }
  return [...last.values()]
    .filter(({ holds }) => holds)
    .map(({ host }) => host)
    .sort();
}

/** The host that the client sent to, by hardware address; `nameOf` maps it to a name. */
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
