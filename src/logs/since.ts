const UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    s: 1,
    sec: 1,
    m: 60,
    min: 60,
    h: 3600,
    hour: 3600,
    d: 86_400,
    day: 86_400,
    w: 7 * 86_400,
    week: 7 * 86_400,
  }),
);

/** Longest time span in seconds: ten years. */
const LONGEST = 10 * 366 * 86_400;

/**
 * Seconds from a time until now: a span such as `10min`, `1h 30min`, `2 days`, or a time such as `2026-11-28 09:00`,
 * which is local without a zone. Undefined when it is neither, or in the future.
 */
export function secondsSince(text: string, now: Date): number | undefined {
  const trimmed = text.trim().replace(/ ago$/, '');
  const span = [...trimmed.matchAll(/(\d{1,9}) ?([a-z]+) ?/gy)];
  const length = span.reduce((sum, [part]) => sum + part.length, 0);
  if (span.length > 0 && length === trimmed.length) {
    const parts = span.map(([, count, unit = '']) => Number(count) * (unitSeconds(unit) ?? Number.NaN));
    const seconds = parts.reduce((sum, part) => sum + part, 0);
    return seconds <= LONGEST ? seconds : undefined;
  }
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(trimmed)) return undefined;
  // A date alone would be one of UTC.
  const time = new Date(trimmed.length === 10 ? `${trimmed}T00:00` : trimmed.replace(' ', 'T')).getTime();
  const seconds = Math.ceil((now.getTime() - time) / 1000);
  return seconds >= 0 && seconds <= LONGEST ? seconds : undefined;
}

function unitSeconds(unit: string): number | undefined {
  const singular = unit.replace(/(?<=.{2})s$/, '');
  return UNITS.get(singular);
}
