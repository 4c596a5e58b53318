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

/** Probes under way. Every one that is begun gives one result, unless it is abandoned. */
export interface Probes {
  /** A second probe with an id that is under way takes the place of the first. */
  readonly begin: (id: string, checker: Checker) => void;
  /** Forgets a probe; one that is not under way is no mistake. */
  readonly abandon: (id: string) => void;
  /** Abandons all of them. */
  readonly close: () => void;
}

/**
 * @param programs runs the scripts of MISC_CHECK
 * @param onResult is never called from within `begin`
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

  /** The one that a checker has used before costs nothing to make. */
  const dialogueOf = (checker: SocketChecker): Dialogue => {
    const known = dialogues.get(checker);
    if (known?.isFree === true) return known;
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
      // Its answers come as `file` events.
      const reason = `${checker.file} is watched, and cannot be asked`;
      const told = loop.at(loop.now(), () => done({ passed: false, reason }));
      return { abandon: () => told.cancel() };
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

/** What the end of a MISC_CHECK's script says (keepalived.conf(5), MISC_CHECK). */
export function judge(end: ProgramEnd, dynamic: boolean): ProbeResult {
  switch (end.kind) {
    case 'exited':
      if (end.code === 0) return { passed: true, weight: undefined };
      if (dynamic && end.code >= 2) return { passed: true, weight: end.code - 2 };
      return { passed: false, reason: `the script ended with ${end.code}` };
    case 'signalled':
      return { passed: false, reason: `the script was ended by signal ${end.signal}` };
    case 'timeout':
      return { passed: false, reason: 'the script took longer than misc_timeout' };
    case 'refused':
      return { passed: false, reason: end.reason };
  }
}
