import { type MachineEvent, type MachineState, initialMachine, stepMachine } from '../machine.ts';
import { fromPlain } from './plain.ts';
import { Course, type RecordLine } from './recorder.ts';

export interface Replayed {
  readonly state: MachineState;
  readonly events: number;
  readonly hash: string;
  /** Undefined when the recording has no end: the agent was killed. */
  readonly recorded: string | undefined;
  /** Of the agent that made the recording. */
  readonly version: string;
}

/** Runs a recording again, with nothing of the world that it was made in. @throws Error when it is no recording */
export function replay(text: string): Replayed {
  const lines = text.split('\n').filter((line) => line !== '');
  const [first, ...rest] = lines.map((line, index) => parseLine(line, index === lines.length - 1));
  if (first?.kind !== 'begin') throw new Error('it does not begin as a recording does');
  const course = new Course();
  let state = initialMachine();
  let events = 0;
  let recorded: string | undefined;
  for (const line of rest) {
    if (line?.kind === 'end') recorded = line.hash;
    if (line?.kind !== 'event') continue;
    const step = stepMachine(state, fromPlain(line.event) as MachineEvent);
    state = step.state;
    course.add(step.effects);
    events++;
  }
  return { state, events, hash: course.end(state), recorded, version: first.version };
}

/** The last line of an agent that was killed may be half there. */
function parseLine(line: string, last: boolean): RecordLine | undefined {
  try {
    return JSON.parse(line) as RecordLine;
  } catch (error) {
    if (last) return undefined;
    throw error;
  }
}
