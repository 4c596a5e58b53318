import { METHODS, methodsOf } from '../../forwarding/methods.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { type Answers, type Check, type CheckResult, type Evidence, failed, passed, skipped } from '../check.ts';

/** All requests of the client are answered. */
export const answers: Check = (evidence) => {
  const { client, cluster } = evidence;
  if (client === undefined) return withoutClient(evidence);
  return [...client.answers.map((one) => judge(one, hintsFor(cluster, one))), ...unaskedOf(client.unasked)];
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

/** Services that are shown by name where the same is true of many. */
const SHOWN = 5;

/** One result for each reason. */
function unaskedOf(unasked: NonNullable<Evidence['client']>['unasked']): readonly CheckResult[] {
  const byReason = new Map<string, string[]>();
  for (const { service, why } of unasked) byReason.set(why, [...(byReason.get(why) ?? []), service]);
  return [...byReason].map(([why, services]) => {
    const names = services.slice(0, SHOWN).join(', ');
    const more = services.length > SHOWN ? `, and ${services.length - SHOWN} more` : '';
    const verb = services.length === 1 ? 'answers' : 'answer';
    return skipped(
      'answers',
      `${names}${more} ${verb} the client`,
      'all requests answered',
      `not asked: ${why}`,
      'Try it from the client by hand.',
    );
  });
}

/** Advice for when no request is answered. */
function hintsFor(cluster: Cluster, { server: name }: Answers): string {
  const server = cluster.virtualServers.find((one) => one.name === name);
  if (server === undefined)
    return methodsOf(cluster)
      .flatMap(({ hint }) => hint)
      .join(' ');
  const { hint } = METHODS[server.lb_kind];
  return server.target.kind === 'fwmark'
    ? `${hint} The director that holds the address has to mark the packets: see \`systemctl status lvs-mark\` there.`
    : hint;
}

const NOUNS: Readonly<Record<Answers['kind'], readonly [string, string]>> = {
  page: ['requests', 'answered'],
  connection: ['connections', 'established'],
  datagram: ['datagrams', 'counted by the directors'],
};

function judge(answers: Answers, hints: string): CheckResult {
  const { service, sequence, errors, silent, kind } = answers;
  const [noun, done] = NOUNS[kind];
  const made = sequence.filter((from) => from !== undefined).length;
  const answered = kind === 'datagram' ? Math.min(made, countOf(answers)) : made;
  const title = kind === 'datagram' ? `${service} takes the client's datagrams` : `${service} answers the client`;
  const expected = `${sequence.length} of ${sequence.length} ${noun} ${done}`;
  if (answered === sequence.length && answered > 0) return passed('answers', title, expected, expected);
  const direct = silent.map(({ name, error }) => `${name}: ${error}`).join('; ');
  const reasons = errors.length === 0 ? '' : ` (${errors.join('; ')})`;
  return failed(
    'answers',
    title,
    expected,
    `${answered} of ${sequence.length} ${done}${reasons}${direct === '' ? '' : `; asked directly, ${direct}`}`,
    fixFor(silent, hints),
  );
}

function countOf({ counted }: Answers): number {
  return [...(counted?.values() ?? [])].reduce((sum, count) => sum + count, 0);
}

function fixFor(silent: Answers['silent'], hints: string): string {
  if (silent.length === 0) return `See the checks of table, owner and real servers below; ${hints}`;
  const names = [...new Set(silent.map(({ name }) => name))].join(', ');
  return silent.every(({ error }) => /^(?:port \d+: |.*:\d+: )?HTTP /.test(error))
    ? `Correct the site on ${names}, or name the status in verify.status_code of the virtual server if clients expect it.`
    : `Start the service on ${names}, and check its log.`;
}
