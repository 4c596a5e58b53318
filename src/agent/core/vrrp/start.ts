import { EMPTY_CONF } from './state.ts';
import type { VrrpConf } from '../../../keepalived/model/vrrp.ts';
import type { Instant } from '../step.ts';
import { type Inherited, type Link, log } from './event.ts';
import {
  addressEffects,
  deviceOf,
  isPresent,
  keptAddresses,
  nativeAddresses,
  removeForgotten,
  staticAll,
  wantedAddresses,
} from './addresses.ts';
import { type Instance, NO_TIMERS, type VrrpState, instanceTable, newInstance } from './state.ts';
import { viewLinks } from './link.ts';
import { listen, prepare } from './sockets.ts';
import { startScript, trackedScripts } from './tracking.ts';
import { faultsOf, weigh } from './settle.ts';
import { type Move, type Stride, changed, moved, timerId, timers, walk } from './walk.ts';
import { release, resign, toMaster } from './election.ts';
import { notifications, notifyState } from './notify.ts';

/** The state before the start event. */
export function initialVrrp(): VrrpState {
  return {
    phase: 'new',
    begins: 0,
    conf: EMPTY_CONF,
    prepared: prepare(EMPTY_CONF),
    links: new Map(),
    views: new Map(),
    instances: instanceTable([]),
    groups: new Map(),
    scripts: new Map(),
    processes: new Map(),
    files: new Map(),
    sockets: [],
    foreign: 0,
  };
}

/** The start event: resumes or cleans up after a previous agent, starts scripts, and starts listening. */
export function start(at: Instant, conf: VrrpConf, links: readonly Link[], inherited: readonly Inherited[]): Stride {
  return () => {
    const state = freshState(at, conf, links, inherited);
    const resumed = [...state.instances.values()]
      .filter((instance) => canResume(instance, inherited, at, state))
      .map((instance) => instance.conf.name);
    const left = conf.vrrp_instance.map(({ name }) => name).filter((name) => !resumed.includes(name));
    const waits = state.phase === 'waiting';
    const wait = waits ? [{ kind: 'timer', id: timerId('startup', ''), due: state.begins } as const] : [];
    return walk(state, [
      listen(),
      (current) => ({ state: current, effects: [...staticAll('add', conf), ...wait] }),
      removeForgotten(conf, inherited),
      ...left.map((name) => moved(name, removeLeftBehind())),
      ...trackedScripts(conf).map((script) => startScript(script, at, resumed.length > 0)),
      ...(resumed.length > 0 ? [presumeProcesses()] : []),
      ...resumed.map((name) => moved(name, weigh(at), toMaster(at, { code: 'resumed' }))),
    ]);
  };
}

function freshState(at: Instant, conf: VrrpConf, links: readonly Link[], inherited: readonly Inherited[]): VrrpState {
  const prepared = prepare(conf);
  const { vrrp_startup_delay, vrrp_delay_after_boot } = conf.globals;
  // CLOCK_MONOTONIC starts at boot.
  const begins = Math.max(at + vrrp_startup_delay, vrrp_delay_after_boot);
  const state: VrrpState = {
    ...initialVrrp(),
    phase: begins > at ? 'waiting' : 'running',
    begins,
    conf,
    prepared,
    links: new Map(links.map((link) => [link.name, link])),
    views: viewLinks(links, prepared),
  };
  const instances = conf.vrrp_instance.map((one) => {
    // An instance that was MASTER before added its present addresses itself.
    const isInherited = inherited.some(({ instance }) => instance === one.name);
    return newInstance(one, at, isInherited ? [] : nativeAddresses(one, state));
  });
  return { ...state, instances: instanceTable(instances) };
}

/** Assumes that processes run until counted, so that a resumed MASTER does not lose priority. */
function presumeProcesses(): Stride {
  return (state) => {
    const up = { up: true, pending: undefined, due: undefined };
    const processes = new Map(state.conf.vrrp_track_process.map(({ name }) => [name, up]));
    return { state: { ...state, processes }, effects: [] };
  };
}

/** Handles the end of vrrp_startup_delay or vrrp_delay_after_boot. */
export function endStartupDelay(at: Instant): Stride {
  return (state) =>
    state.phase === 'waiting' && at >= state.begins
      ? { state: { ...state, phase: 'running' }, effects: [log({ code: 'startup-delay-expired' })] }
      : { state, effects: [] };
}

/**
 * Whether an instance whose agent was killed can resume as MASTER. Within three intervals of its last record no backup
 * can have taken over, so there is no risk of a second master.
 */
function canResume(instance: Instance, inherited: readonly Inherited[], at: Instant, state: VrrpState): boolean {
  const { conf } = instance;
  const last = inherited.find((one) => one.instance === conf.name)?.lastMaster;
  if (last === undefined || faultsOf(instance, state).length > 0) return false;
  const wanted = wantedAddresses(conf);
  return (
    at >= last &&
    at - last < 3 * conf.advert_int &&
    wanted.every((address) => isPresent(state.links.get(deviceOf(address, conf)), address))
  );
}

/** Removes virtual addresses left by a previous agent: they would conflict with those of the master. */
export function removeLeftBehind(): Move {
  return (instance, state) => {
    const { conf } = instance;
    const left = keptAddresses(instance).filter((address) =>
      isPresent(state.links.get(deviceOf(address, conf)), address),
    );
    if (left.length === 0) return { state: instance, effects: [] };
    const entry = log({
      code: 'addresses-left',
      instance: conf.name,
      addresses: left.map(({ address }) => address),
    });
    return { state: instance, effects: [entry, ...addressEffects('remove', left, conf.interface)] };
  };
}

/** RFC 9568 §6.4.3, shutdown: masters resign before their addresses go. */
export function stop(): Stride {
  return (state) => {
    if (state.phase === 'new' || state.phase === 'stopped') return { state, effects: [] };
    const names = [...state.instances.keys()];
    return walk(state, [
      (current) => ({ state: current, effects: [log({ code: 'vrrp-stopping' })] }),
      ...names.map((name) => moved(name, resign())),
      ...names.map((name) =>
        moved(name, release(), changed({ state: 'INIT' }), timers(NO_TIMERS), notifyState('STOP')),
      ),
      (current) => ({
        state: { ...current, phase: 'stopped', scripts: new Map(), processes: new Map() },
        effects: [
          ...current.conf.vrrp_sync_group.flatMap((group) =>
            notifications(group.notify, 'GROUP', group.name, 'STOP', 0),
          ),
          ...staticAll('remove', current.conf),
          ...[...current.scripts.keys()].map((name) => ({ kind: 'cancel', id: timerId('script', name) }) as const),
          ...[...current.processes.keys()].map((name) => ({ kind: 'cancel', id: timerId('process', name) }) as const),
          ...(state.phase === 'waiting' ? [{ kind: 'cancel', id: timerId('startup', '') } as const] : []),
        ],
      }),
      listen(),
    ]);
  };
}
