import { Failure } from '../failure.ts';
import { type DirectorStatus, parseStatus, statusScript } from '../status/probe.ts';
import { freshNonce } from '../remote/nonce.ts';
import type { Report } from './event.ts';
import { interrupted } from './interrupted.ts';
import type { Session } from './session.ts';

const TIMEOUT_MS = 30_000;

/** bytes of what a director says */
const MOST = 8 * 2 ** 20;

export interface ClusterStatus {
  /** In the order of the inventory. */
  readonly directors: readonly DirectorStatus[];
  readonly unreadable: readonly { readonly host: string; readonly failure: Failure }[];
}

/** Asks every connected director how it is, in one round trip each. @throws Failure `interrupted` */
export async function statusOf(session: Session, report: Report, signal: AbortSignal): Promise<ClusterStatus> {
  const vips = session.cluster.vrrp_instance.virtual_ipaddress.map(({ address }) => address);
  const unreadable = [...session.unreachable];
  const asked = await Promise.all(
    session.members.map(async ({ host: { name } }): Promise<DirectorStatus | undefined> => {
      const transport = session.transports.get(name);
      if (transport === undefined) return undefined;
      try {
        const nonce = freshNonce();
        const options = { timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST, signal };
        const result = await transport.run(statusScript(nonce), options);
        const status = parseStatus(name, vips, result.stdout, nonce);
        if (status === undefined) throw unfinished(name, result);
        report({ type: 'host', host: name, state: 'observed' });
        return status;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (signal.aborted) return undefined;
        unreadable.push({ host: name, failure: error });
        report({ type: 'host', host: name, state: 'failed', message: error.message });
        return undefined;
      }
    }),
  );
  if (signal.aborted) throw interrupted('while looking at the hosts');
  return { directors: asked.filter((one) => one !== undefined), unreadable };
}

function unfinished(
  host: string,
  { exitCode, stderr }: { readonly exitCode: number; readonly stderr: string },
): Failure {
  return new Failure('command', `${host}: could not be observed`, {
    host,
    exitCode,
    stderr,
    hint: 'lvsctl needs a POSIX /bin/sh and iproute2 on every host.',
  });
}
