import type { Checker } from '../../../keepalived/model/check.ts';
import { conversation, type SocketChecker } from '../../core/probe/conversation.ts';
import type { ProbeResult } from '../../core/probe/probe.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { ProgramEnd, Programs } from '../script/programs.ts';
import type { Sys } from '../sys/sys.ts';
import { raiseDescriptorLimit } from './descriptor-limit.ts';
import { placeOf } from './place.ts';
import { randomNumbers } from './random-numbers.ts';
import { Dialogue, type Talk } from './talk.ts';
import { talkTools } from './talk-tools.ts';

/** Running probes. Each yields exactly one result unless abandoned. */
export interface Probes {
  /** Replaces a running probe with the same id. */
  readonly begin: (id: string, checker: Checker) => void;
  /** Cancels a probe, if it is running. */
  readonly abandon: (id: string) => void;
  /** Cancels all probes. */
  readonly close: () => void;
}

/**
 * @param programs runs the scripts of MISC_CHECK
 * @param onResult never called from within `begin`
 */
export function openProbes(
  sys: Sys,
  loop: Loop,
  programs: Programs,
  onResult: (id: string, result: ProbeResult) => void,
): Probes {
  raiseDescriptorLimit(sys);
  const tools = talkTools(sys, loop);
  const random = randomNumbers(sys);
  const dialogues = new WeakMap<Checker, Dialogue>();
  const running = new Map<string, Talk>();

  /** Reuses the dialogue of a checker to avoid allocations. */
  const dialogueOf = (checker: SocketChecker): Dialogue => {
    const previous = dialogues.get(checker);
    if (previous?.isFree === true) return previous;
    const dialogue = new Dialogue(tools, placeOf(checker));
    dialogues.set(checker, dialogue);
    return dialogue;
  };

  const abandon = (id: string): void => {
    running.get(id)?.abandon();
    running.delete(id);
  };
  const begin = (id: string, checker: Checker): void => {
    abandon(id);
    const done = (result: ProbeResult): void => {
      running.delete(id);
      onResult(id, result);
    };
    running.set(id, start(checker, done, id));
  };

  const start = (checker: Checker, done: (result: ProbeResult) => void, id: string): Talk => {
    if (checker.kind === 'FILE_CHECK') {
      // Its results arrive as `file` events.
      const reason = `${checker.file} is watched and cannot be probed`;
      const timer = loop.at(loop.now(), () => done({ passed: false, reason }));
      return { abandon: () => timer.cancel() };
    }
    if (checker.kind !== 'MISC_CHECK') {
      const dialogue = dialogueOf(checker);
      dialogue.begin(conversation(checker, { random: random() }), done);
      return dialogue;
    }
    const name = `probe ${id}`;
    const onEnd = (end: ProgramEnd): void => done(judge(end, checker.misc_dynamic));
    programs.check(name, checker.script, checker.timeout, onEnd);
    return { abandon: () => programs.abandon(name) };
  };

  const close = (): void => {
    for (const probe of running.values()) probe.abandon();
    running.clear();
  };
  return { begin, abandon, close };
}

/** The result of a MISC_CHECK script (keepalived.conf(5), MISC_CHECK). */
export function judge(end: ProgramEnd, dynamic: boolean): ProbeResult {
  switch (end.kind) {
    case 'exited':
      if (end.code === 0) return { passed: true, weight: undefined };
      if (dynamic && end.code >= 2) return { passed: true, weight: end.code - 2 };
      return { passed: false, reason: `script exited with status ${end.code}` };
    case 'signalled':
      return { passed: false, reason: `script was killed by signal ${end.signal}` };
    case 'timeout':
      return { passed: false, reason: 'script exceeded misc_timeout' };
    case 'refused':
      return { passed: false, reason: end.reason };
  }
}
