import { type MachineEvent, type MachineState, initialMachine, stepMachine } from '../machine.ts';
import { fromPlain } from './plain.ts';
import { Course, type RecordLine } from './recorder.ts';

export interface Replayed {
  readonly state: MachineState;
  readonly events: number;
  readonly hash: string;
  /** Undefined if the recording is incomplete because the agent was killed. */
  readonly recorded: string | undefined;
  /** Version of the agent that made the recording. */
  readonly version: string;
}

/** Replays a recording without access to the host. @throws Error if it is not a recording */
export function replay(text: string): Replayed {
  const lines = text.split('\n').filter((line) => line !== '');
  const [first, ...rest] = lines.map((line, index) => parseLine(line, index === lines.length - 1));
  if (first?.kind !== 'begin') throw new Error('missing header');
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

/** The last line may be truncated if the agent was killed. */
function parseLine(line: string, last: boolean): RecordLine | undefined {
  try {
    return JSON.parse(line) as RecordLine;
  } catch (error) {
    if (last) return undefined;
    throw error;
  }
}
