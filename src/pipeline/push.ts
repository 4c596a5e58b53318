import { pushFiles } from '../apply/push.ts';
import { Failure } from '../failure.ts';
import { type Plan, changesIn } from '../plan/plan.ts';
import type { Report } from './event.ts';
import { pause } from './pause.ts';
import type { Session } from './session.ts';

/** Connections to one host that may be lost in a row. */
const TRIES = 5;

/**
 * Sends what the changes of a plan need, to all hosts in parallel, before the hosts are locked: it changes nothing there,
 * and a connection that is lost then costs no lock. A lost connection is opened again, and sending goes on.
 * @throws Failure of the first host that did not get everything
 */
export async function push(session: Session, plan: Plan, report: Report, signal: AbortSignal): Promise<void> {
  const changes = changesIn(plan).filter(({ uploads = [] }) => uploads.length > 0);
  const hosts = [...new Set(changes.map(({ host }) => host))];
  if (hosts.length === 0) return;
  report({ type: 'pushing', hosts });
  const work = hosts.map(async (host) => {
    const uploads = changes.filter((change) => change.host === host).flatMap(({ uploads = [] }) => uploads);
    for (let attempt = 1; ; attempt += 1) {
      const transport = session.transports.get(host);
      if (transport === undefined) throw new Failure('unreachable', `${host}: not connected`, { host });
      try {
        await pushFiles(transport, uploads, { signal, report: (text) => report({ type: 'note', host, text }) });
        return;
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'connection-lost' || attempt === TRIES) throw error;
        report({ type: 'note', host, text: 'the connection was lost, and is opened again' });
        await pause(attempt, signal, 'while files were sent');
        await session.reopen([host], signal);
      }
    }
  });
  const ended = await Promise.allSettled(work);
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
