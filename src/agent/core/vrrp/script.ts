import type { VrrpConf, VrrpScript } from '../../../keepalived/model-vrrp.ts';
import type { Instant } from '../step.ts';
import { log } from './log.ts';
import type { ScriptState, VrrpState, VrrpStep } from './state.ts';
import { nextDue, timerId } from './timer.ts';
import type { Stride } from './walk.ts';

/** Scripts that somebody tracks; others are not run. */
export function trackedScripts(conf: VrrpConf): readonly VrrpScript[] {
  const names = new Set(
    [...conf.vrrp_instance, ...conf.vrrp_sync_group].flatMap(({ track_script }) =>
      track_script.map(({ name }) => name),
    ),
  );
  return conf.vrrp_script.filter(({ name }) => names.has(name));
}

/** The first run, at once. @param presumed what it is taken for until it fails: a master that goes on presumes the best */
export function startScript(script: VrrpScript, at: Instant, presumed: boolean): Stride {
  return (state) => {
    const up = presumed ? true : script.init_fail ? false : undefined;
    return started(state, script, { up, against: 0, due: at + script.interval, running: true });
  };
}

/** Time for the next run; one that is still under way is let finish (its time-out is the shell's). */
export function scriptDue(name: string, at: Instant): Stride {
  return (state) => {
    const script = state.conf.vrrp_script.find((one) => one.name === name);
    const current = state.scripts.get(name);
    if (script === undefined || current === undefined || current.due > at) return { state, effects: [] };
    const due = nextDue(current.due, script.interval, at);
    if (!current.running) return started(state, script, { ...current, due, running: true });
    const effects = [{ kind: 'timer', id: timerId('script', name), due } as const];
    return { state: withScript(state, name, { ...current, due }), effects };
  };
}

/** The first result counts at once; then `fall` failures, or `rise` successes, in a row are needed. */
export function scriptResult(name: string, failed: boolean): Stride {
  return (state) => {
    const script = state.conf.vrrp_script.find((one) => one.name === name);
    const current = state.scripts.get(name);
    if (script === undefined || current === undefined) return { state, effects: [] };
    const told = { ...current, running: false };
    if (current.up === !failed) return { state: withScript(state, name, { ...told, against: 0 }), effects: [] };
    const against = current.against + 1;
    if (current.up !== undefined && against < (failed ? script.fall : script.rise))
      return { state: withScript(state, name, { ...told, against }), effects: [] };
    const text = failed ? `script ${name} fails` : `script ${name} succeeds`;
    const effects = [log(failed ? 'warning' : 'notice', text)];
    return { state: withScript(state, name, { ...told, up: !failed, against: 0 }), effects };
  };
}

function started(state: VrrpState, script: VrrpScript, next: ScriptState): VrrpStep {
  return {
    state: withScript(state, script.name, next),
    effects: [
      {
        kind: 'run-check',
        name: script.name,
        script: script.script,
        timeout: script.timeout > 0 ? script.timeout : script.interval,
      },
      { kind: 'timer', id: timerId('script', script.name), due: next.due },
    ],
  };
}

function withScript(state: VrrpState, name: string, script: ScriptState): VrrpState {
  return { ...state, scripts: new Map(state.scripts).set(name, script) };
}
