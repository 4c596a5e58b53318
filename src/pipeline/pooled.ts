/** Runs `work` for every item, at most `limit` in parallel. Rejects with the first error after all started work has ended. */
export async function pooled<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane));
  const broken = lanes.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
