import type { VrrpConf, VrrpInstance } from '../../../keepalived/model/vrrp.ts';
import type { Instant } from '../step.ts';
import { type VrrpEffect, log } from './event.ts';
import { addressEffects, announce, keptAddresses, nativeAddresses, staticChanges } from './addresses.ts';
import { type Instance, NO_TIMERS, type VrrpState, instanceTable, newInstance, wireOf } from './state.ts';
import { viewLinks } from './link.ts';
import { notifyDeleted } from './notify.ts';
import { prepare } from './sockets.ts';
import { startScript, trackedScripts } from './tracking.ts';
import { removeLeftBehind } from './start.ts';
import { type Move, type Stride, changed, effectsOf, inTurn, moved, timerId, timers, walk, without } from './walk.ts';
import { release, resign } from './election.ts';
import { restartDown } from './settle.ts';

/** Applies a new configuration. Instances that remain the same virtual router keep their state. */
export function reload(at: Instant, conf: VrrpConf): Stride {
  return (state) => {
    if (state.phase === 'new' || state.phase === 'stopped') return { state, effects: [] };
    const before = state.instances;
    const kept = (name: string) => {
      const [old, next] = [before.get(name)?.conf, conf.vrrp_instance.find((one) => one.name === name)];
      return old !== undefined && next !== undefined && isSameRouter(old, next);
    };
    const keptNames = [...before.keys()].filter(kept);
    const started = conf.vrrp_instance.filter(({ name }) => !kept(name)).map(({ name }) => name);
    return walk(state, [
      (current) => ({ state: current, effects: [log({ code: 'vrrp-reloaded' })] }),
      ...[...before.keys()].filter((name) => !kept(name)).map((name) => moved(name, end(conf, name))),
      ...keptNames.map((name) => moved(name, drop(conf))),
      replace(at, conf, kept),
      ...started.map((name) => moved(name, removeLeftBehind())),
      ...keptNames.map((name) => moved(name, adapt(at, before.get(name)))),
    ]);
  };
}

/** These identify a virtual router (RFC 9568 §5.2.3); a version change makes it incompatible with its former self. */
function isSameRouter(a: VrrpInstance, b: VrrpInstance): boolean {
  return (
    a.interface === b.interface &&
    a.family === b.family &&
    a.version === b.version &&
    a.virtual_router_id === b.virtual_router_id
  );
}

/** Ends an instance. It is reported as deleted unless the new configuration reuses its name. */
function end(conf: VrrpConf, name: string): Move {
  const goes = !conf.vrrp_instance.some((one) => one.name === name);
  return (instance, state) =>
    inTurn(
      resign(),
      release(),
      changed({ state: 'INIT' }),
      timers(NO_TIMERS),
      ...(goes ? [effectsOf(...notifyDeleted(instance))] : []),
    )(instance, state);
}

/** Removals precede additions, so that an address can move between instances. */
function drop(conf: VrrpConf): Move {
  return (instance) => {
    const next = conf.vrrp_instance.find(({ name }) => name === instance.conf.name);
    if (next === undefined || instance.state !== 'MASTER') return { state: instance, effects: [] };
    const gone = without(instance.held, keptAddresses({ ...instance, conf: next }));
    const effects: VrrpEffect[] = [
      ...routing('remove', instance.conf, next),
      ...addressEffects('remove', gone, instance.conf.interface),
    ];
    return { state: { ...instance, held: without(instance.held, gone) }, effects };
  };
}

function replace(at: Instant, conf: VrrpConf, kept: (name: string) => boolean): Stride {
  return (state) => {
    const instances = conf.vrrp_instance.map((one): Instance => {
      const old = state.instances.get(one.name);
      return old !== undefined && kept(one.name)
        ? { ...old, conf: one, wire: wireOf(one), adverts: undefined, taken: undefined }
        : newInstance(one, at, nativeAddresses(one, state));
    });
    const prepared = prepare(conf);
    const scripts = trackedScripts(conf);
    const has = (list: readonly { readonly name: string }[], name: string) => list.some((one) => one.name === name);
    const gone = [
      ...[...state.scripts.keys()].filter((name) => !has(scripts, name)).map((name) => timerId('script', name)),
      ...[...state.processes]
        .filter(([name, { due }]) => due !== undefined && !has(conf.vrrp_track_process, name))
        .map(([name]) => timerId('process', name)),
    ];
    const next: VrrpState = {
      ...state,
      conf,
      prepared,
      views: viewLinks(state.links.values(), prepared),
      instances: instanceTable(instances),
      groups: new Map([...state.groups].filter(([name]) => has(conf.vrrp_sync_group, name))),
      scripts: new Map([...state.scripts].filter(([name]) => has(scripts, name))),
      processes: new Map([...state.processes].filter(([name]) => has(conf.vrrp_track_process, name))),
      files: new Map([...state.files].filter(([name]) => has(conf.vrrp_track_file, name))),
    };
    const cancelled = gone.map((id) => ({ kind: 'cancel', id }) as const);
    return walk(next, [
      (current) => ({ state: current, effects: [...staticChanges(state.conf, conf), ...cancelled] }),
      ...scripts.filter(({ name }) => !state.scripts.has(name)).map((script) => startScript(script, at, false)),
    ]);
  };
}

/** Applies the differences to an instance that keeps its state. */
function adapt(at: Instant, before: Instance | undefined): Move {
  return (instance, state) => {
    if (before === undefined) return { state: instance, effects: [] };
    const { conf } = instance;
    const intervalChanged = conf.advert_int !== before.conf.advert_int;
    if (instance.state === 'BACKUP') {
      // Version 3 keeps the interval of the current master.
      if (!intervalChanged || (conf.version === 3 && instance.master !== undefined))
        return { state: instance, effects: [] };
      return inTurn(changed({ interval: conf.advert_int }), restartDown(at))(instance, state);
    }
    if (instance.state !== 'MASTER') return { state: { ...instance, interval: conf.advert_int }, effects: [] };
    const kept = keptAddresses(instance);
    const fresh = without(kept, instance.held);
    const advert = Math.min(instance.timers.advert ?? at, at + conf.advert_int);
    const { garp_master_refresh: refresh } = conf.garp;
    return inTurn(
      changed({ held: kept, interval: conf.advert_int }),
      effectsOf(...addressEffects('add', fresh, conf.interface), ...routing('add', conf, before.conf)),
      announce(conf.garp.garp_master_repeat, fresh),
      timers({ advert, refresh: refresh > 0 ? (instance.timers.refresh ?? at + refresh) : undefined }),
    )(instance, state);
  };
}

function routing(change: 'add' | 'remove', of: VrrpInstance, but: VrrpInstance): readonly VrrpEffect[] {
  const routes = without(of.virtual_routes, but.virtual_routes);
  const rules = without(of.virtual_rules, but.virtual_rules);
  const steps: VrrpEffect[] = [];
  if (routes.length > 0) steps.push({ kind: 'routes', change, interface: of.interface, routes });
  if (rules.length > 0) steps.push({ kind: 'rules', change, interface: of.interface, rules });
  return change === 'add' ? steps : steps.reverse();
}
