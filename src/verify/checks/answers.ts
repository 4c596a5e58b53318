import { methodsOf } from '../../forwarding/methods.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { type Answers, type Check, type CheckResult, type Evidence, failed, passed, skipped } from '../check.ts';

/** Every request from the client is answered. */
export const answers: Check = (evidence) => {
  const { client } = evidence;
  return client === undefined
    ? withoutClient(evidence)
    : client.answers.map((answers) => judge(answers, hintsFor(evidence.cluster)));
};

/** What nobody looked at from the client's side is not proven, and that is said. */
function withoutClient({ cluster, unreadable }: Evidence): readonly CheckResult[] {
  const title = 'the cluster answers a client';
  const expected = 'requests answered, from a third host on the path';
  if (cluster.client === undefined) {
    return [
      skipped('answers', title, expected, 'the inventory names no client', 'Name a host that is neither as `client`.'),
    ];
  }
  const { name } = cluster.client;
  // A client that cannot be reached is told already.
  if (unreadable.some(({ host }) => host === name)) return [];
  return [failed('answers', title, expected, `${name} gave no answer`, `Look at ${name}, then verify again.`)];
}

function hintsFor(cluster: Cluster): string {
  return methodsOf(cluster)
    .map(({ realServer }) => realServer.hint)
    .join(' ');
}

/** @param hints what to look at when no request is answered */
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
  if (silent.length === 0)
    return `Look at the checks of the table, of ownership and of the real servers below; ${hints}`;
  const names = silent.map(({ name }) => name).join(', ');
  return silent.every(({ error }) => error.startsWith('HTTP '))
    ? `Correct the site on ${names}, or name the status in verify.status_code of the virtual server if clients expect it.`
    : `Start the web server on ${names}, and look at its log.`;
}
