import type { VrrpTrackProcess } from '../../../keepalived/model-vrrp.ts';
import type { Instant } from '../step.ts';
import { log } from './log.ts';
import type { ProcessState, VrrpState, VrrpStep } from './state.ts';
import { timerId } from './timer.ts';
import type { Stride } from './walk.ts';

/** A count: what it says counts after fork_delay or terminate_delay, if it still says so; the first time at once. */
export function processCount(name: string, count: number, at: Instant): Stride {
  return (state) => {
    const conf = state.conf.vrrp_track_process.find((one) => one.name === name);
    if (conf === undefined) return { state, effects: [] };
    const current: ProcessState = state.processes.get(name) ?? { up: undefined, pending: undefined, due: undefined };
    const up = isEnough(conf, count);
    if (current.pending === up) return { state, effects: [] };
    const delay = up ? conf.fork_delay : conf.terminate_delay;
    if (current.up === up || current.up === undefined || delay <= 0) return decided(state, name, current, up);
    const due = at + delay;
    const next = { ...current, pending: up, due };
    return { state: withProcess(state, name, next), effects: [{ kind: 'timer', id: timerId('process', name), due }] };
  };
}

/** The delay is over. */
export function processDue(name: string, at: Instant): Stride {
  return (state) => {
    const current = state.processes.get(name);
    if (current?.pending === undefined || current.due === undefined || current.due > at) return { state, effects: [] };
    return decided(state, name, { ...current, due: undefined }, current.pending);
  };
}

function decided(state: VrrpState, name: string, current: ProcessState, up: boolean): VrrpStep {
  const next = { up, pending: undefined, due: undefined };
  return {
    state: withProcess(state, name, next),
    effects: [
      ...(current.due === undefined ? [] : [{ kind: 'cancel', id: timerId('process', name) } as const]),
      ...(current.up === up ? [] : [log('notice', `process ${name} ${up ? 'runs' : 'does not run as it should'}`)]),
    ],
  };
}

function isEnough({ quorum, quorum_max }: VrrpTrackProcess, count: number): boolean {
  return count >= quorum && (quorum_max === undefined || count <= quorum_max);
}

function withProcess(state: VrrpState, name: string, next: ProcessState): VrrpState {
  return { ...state, processes: new Map(state.processes).set(name, next) };
}
