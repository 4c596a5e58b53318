import { methodsOf } from '../../forwarding/methods.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { type Answers, type Check, type CheckResult, type Evidence, failed, passed, skipped } from '../check.ts';

/** All requests of the client are answered. */
export const answers: Check = (evidence) => {
  const { client } = evidence;
  return client === undefined
    ? withoutClient(evidence)
    : client.answers.map((answers) => judge(answers, hintsFor(evidence.cluster)));
};

/** Without a client the check is reported as skipped, never as passed. */
function withoutClient({ cluster, unreadable }: Evidence): readonly CheckResult[] {
  const title = 'the cluster answers a client';
  const expected = 'requests from a third host are answered';
  if (cluster.client === undefined) {
    return [
      skipped(
        'answers',
        title,
        expected,
        'the inventory names no client',
        'Set `client` to a host that is neither director nor real server.',
      ),
    ];
  }
  const { name } = cluster.client;
  // An unreachable client is already reported by `reachable`.
  if (unreadable.some(({ host }) => host === name)) return [];
  return [failed('answers', title, expected, `no answer from ${name}`, `Check ${name}, then verify again.`)];
}

function hintsFor(cluster: Cluster): string {
  return methodsOf(cluster)
    .map(({ hint }) => hint)
    .join(' ');
}

/** @param hints advice for when no request is answered */
function judge({ service, sequence, errors, silent }: Answers, hints: string): CheckResult {
  const answered = sequence.filter((from) => from !== undefined).length;
  const title = `${service} answers the client`;
  const expected = `${sequence.length} of ${sequence.length} requests answered`;
  if (answered === sequence.length && answered > 0) return passed('answers', title, expected, expected);
  const direct = silent.map(({ name, error }) => `${name}: ${error}`).join('; ');
  const reasons = errors.length === 0 ? '' : ` (${errors.join('; ')})`;
  return failed(
    'answers',
    title,
    expected,
    `${answered} of ${sequence.length} answered${reasons}${direct === '' ? '' : `; asked directly, ${direct}`}`,
    fixFor(silent, hints),
  );
}

function fixFor(silent: Answers['silent'], hints: string): string {
  if (silent.length === 0) return `See the checks of table, owner and real servers below; ${hints}`;
  const names = silent.map(({ name }) => name).join(', ');
  return silent.every(({ error }) => error.startsWith('HTTP '))
    ? `Correct the site on ${names}, or name the status in verify.status_code of the virtual server if clients expect it.`
    : `Start the web server on ${names}, and check its log.`;
}
