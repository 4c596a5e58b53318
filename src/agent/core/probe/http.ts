import type { CheckerConnection, HttpCheck, HttpUrl } from '../../../keepalived/model-check.ts';
import type { Instant } from '../step.ts';
import { ANSWER_START, endAnswer, hearAnswer, type HttpAnswer } from './http-answer.ts';
import { addToBody, emptyBody, type HttpBody, isTooMuchWork, judgeBody, workOnBody } from './http-body.ts';
import { httpRequest } from './http-request.ts';
import { failed, goOn, passed, secondsText, type Turn } from './outcome.ts';
import type { Conversation, ProbeEvent } from './probe.ts';

type HttpChecker = HttpCheck & CheckerConnection;

/** An answer that never ends keeps nobody waiting longer than this, or than the time-out where that is more. */
const LONGEST_ANSWER = 60_000;

/**
 * HTTP_GET, and SSL_GET over the shell's TLS: each URL in turn on a connection of its own, and all must be as asked. As
 * with keepalived the time-out is for each step, so that a long answer may take longer as long as it comes.
 */
export function httpConversation(checker: HttpChecker): Conversation {
  return { on: (event) => connecting(checker, 0, event) };
}

function connecting(checker: HttpChecker, index: number, event: ProbeEvent): Turn {
  const url = checker.url[index];
  if (url === undefined) return passed();
  if (event.kind === 'failed') return refuse(checker, url, event.reason);
  if (event.kind !== 'connected')
    return refuse(checker, url, `no connection within ${secondsText(checker.connect_timeout)}`);
  const latest = event.at + Math.max(LONGEST_ANSWER, checker.connect_timeout);
  const asked: Asked = { checker, index, url, latest, answer: ANSWER_START, body: emptyBody(url) };
  return goOn(
    (next) => hearing(asked, next),
    { kind: 'deadline', due: event.at + checker.connect_timeout },
    { kind: 'send', bytes: httpRequest(checker, url) },
  );
}

interface Asked {
  readonly checker: HttpChecker;
  readonly index: number;
  readonly url: HttpUrl;
  readonly latest: Instant;
  readonly answer: HttpAnswer;
  readonly body: HttpBody;
}

function hearing(asked: Asked, event: ProbeEvent): Turn {
  const { checker, url } = asked;
  switch (event.kind) {
    case 'data': {
      const heard = hearAnswer(asked.answer, event.bytes);
      return work({ ...asked, answer: heard.answer, body: addToBody(asked.body, heard.body) }, event.at);
    }
    case 'resume':
      return work(asked, event.at);
    case 'end':
      return work({ ...asked, answer: endAnswer(asked.answer) }, event.at);
    case 'failed':
      return refuse(checker, url, event.reason);
    case 'deadline':
      return refuse(checker, url, lateness(asked, event.at));
    case 'connected':
      return goOn((following) => hearing(asked, following));
  }
}

/** A turn's worth of what came; the answer is judged once all of it was looked at. */
function work(asked: Asked, at: Instant): Turn {
  const { checker, url, answer, latest } = asked;
  const next: Asked = { ...asked, body: workOnBody(asked.body, url) };
  const isOver = answer.phase === 'whole' || answer.phase === 'malformed';
  if (answer.phase === 'malformed' || isTooMuchWork(next.body) || (isOver && next.body.rest.length === 0))
    return conclude(next);
  const following = (event: ProbeEvent): Turn => hearing(next, event);
  const deadline = { kind: 'deadline', due: Math.min(at + checker.connect_timeout, latest) } as const;
  return next.body.rest.length === 0 ? goOn(following, deadline) : goOn(following, deadline, { kind: 'pause' });
}

function lateness({ checker, answer, latest }: Asked, at: Instant): string {
  const timeout = secondsText(checker.connect_timeout);
  if (answer.phase === 'head' && answer.bytes.length === 0) return `no answer within ${timeout}`;
  if (at >= latest) return 'the answer has no end';
  return `the answer broke off: no more of it within ${timeout}`;
}

function conclude({ checker, index, url, answer, body }: Asked): Turn {
  if (answer.phase !== 'whole' && !isTooMuchWork(body))
    return refuse(checker, url, answer.phase === 'malformed' ? answer.reason : 'the answer is not whole');
  const reason = judgeStatus(answer, url) ?? judgeBody(body, url);
  if (reason !== undefined) return refuse(checker, url, reason);
  if (index + 1 >= checker.url.length) return passed();
  return goOn((event) => connecting(checker, index + 1, event), { kind: 'reconnect' });
}

function judgeStatus(answer: HttpAnswer, { status_code }: HttpUrl): string | undefined {
  if (!('status' in answer)) return undefined;
  const { status } = answer;
  const ranges = status_code.length === 0 ? [{ min: 200, max: 299 }] : status_code;
  if (ranges.some(({ min, max }) => status >= min && status <= max)) return undefined;
  const texts = ranges.map(({ min, max }) => (min === max ? `${min}` : `${min} to ${max}`));
  return `HTTP status ${status} (${texts.join(', ')} expected)`;
}

/** Of several URLs the reason says which one. */
function refuse(checker: HttpChecker, url: HttpUrl, reason: string): Turn {
  return failed(checker.url.length > 1 ? `${url.path}: ${reason}` : reason);
}
