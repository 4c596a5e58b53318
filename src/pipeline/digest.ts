import { Failure } from '../failure.ts';
import { type CheckedPage, type PageDigest, digestScript, readDigest } from '../verify/digest.ts';
import { pooled } from './pooled.ts';
import type { Session } from './session.ts';

/** milliseconds; more than the time limit of one request */
const TIMEOUT = 20_000;

/** Requests in parallel over one connection. */
const AT_ONCE = 4;

/** The digest of each page, from the first director that is reached. @throws Failure */
export async function digestPages(
  session: Session,
  pages: readonly CheckedPage[],
  signal: AbortSignal,
): Promise<{ readonly host: string; readonly digests: ReadonlyMap<CheckedPage, PageDigest> }> {
  const [transport] = session.members.flatMap(({ host }) => session.transports.get(host.name) ?? []);
  if (transport === undefined)
    throw session.unreachable[0]?.failure ?? new Failure('unreachable', 'No director can be reached.');
  const digests = new Map<CheckedPage, PageDigest>();
  await pooled(pages, AT_ONCE, async (page) => {
    const { stdout, stderr } = await transport.run(digestScript(page), {
      timeoutMs: TIMEOUT,
      maxOutputBytes: 64 * 1024,
      signal,
    });
    digests.set(page, readDigest(stdout, stderr));
  });
  return { host: transport.host, digests };
}
