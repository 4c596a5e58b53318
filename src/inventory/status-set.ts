/** HTTP statuses as keepalived's `status_code` has them: single ones and ranges. */
export type StatusSet = readonly { readonly min: number; readonly max: number }[];

/** What a client takes for an answer unless the inventory says otherwise: success and redirects (RFC 9110 §15). */
export const ANSWERS: StatusSet = [{ min: 200, max: 399 }];

/** Reads `200-399 403`; undefined when it is not such a list, or a status is not within 100 to 599. */
export function parseStatusSet(text: string): StatusSet | undefined {
  const ranges = text
    .trim()
    .split(/\s+/)
    .map((part) => {
      const [, min = '', max = min] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(part) ?? [];
      return { min: Number(min), max: Number(max) };
    });
  return ranges.every(({ min, max }) => min > 0 && min <= max) ? ranges : undefined;
}

export function includesStatus(set: StatusSet, status: number): boolean {
  return set.some(({ min, max }) => status >= min && status <= max);
}
