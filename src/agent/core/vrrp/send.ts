import type { Instant } from '../step.ts';
import { encodeAdvert } from './codec.ts';
import type { Send } from './event.ts';
import { groupOf, isUnicast, sourceOf } from './source.ts';
import type { Adverts, Counters, Instance, VrrpState } from './state.ts';
import { setTimer, timers } from './timer.ts';
import type { Move } from './walk.ts';

/** RFC 9568 §5.1.1.3 and §5.1.2.3: never forwarded, and nobody outside of the link can forge it. */
const TTL = 255;

/** One advert to the group, or one to each peer. @param priority 0 resigns (RFC 9568 §5.2.4); else that of the instance */
export function sendAdvert(priority?: 0): Move {
  return (instance, state) => {
    const adverts = advertsOf(instance, priority ?? instance.priority, state);
    if (adverts === undefined) return { state: instance, effects: [] };
    const counters = countSent(instance, adverts, priority === 0);
    return { state: { ...instance, adverts, counters }, effects: adverts.sends };
  };
}

/** An advert, and the next one at `due`: what a master does all day, with one copy of the instance for both. */
export function advertise(due: Instant): Move {
  return (instance, state) => {
    const adverts = advertsOf(instance, instance.priority, state);
    if (adverts === undefined) return timers({ advert: due })(instance, state);
    const counters = countSent(instance, adverts, false);
    return {
      state: { ...instance, adverts, counters, timers: { ...instance.timers, advert: due } },
      effects: [...adverts.sends, setTimer('advert', instance, due)],
    };
  };
}

/** Those sent last where they still say what is to be said; undefined where there is no address to send them from. */
function advertsOf(instance: Instance, priority: number, state: VrrpState): Adverts | undefined {
  const { adverts } = instance;
  const source = sourceOf(instance.conf, state);
  if (source === undefined) return undefined;
  if (adverts !== undefined && adverts.priority === priority && adverts.source === source) return adverts;
  return { priority, source, sends: sends(instance, priority, source, state) };
}

function countSent({ counters }: Instance, { sends }: Adverts, resigns: boolean): Counters {
  const sent = counters.sent + sends.length;
  return resigns
    ? { ...counters, sent, priorityZeroSent: counters.priorityZeroSent + sends.length }
    : { ...counters, sent };
}

function sends({ conf, wire }: Instance, priority: number, source: string, state: VrrpState): readonly Send[] {
  const { family } = conf;
  const destinations = isUnicast(conf) ? conf.unicast_peer.map(({ address }) => address) : [groupOf(conf, state)];
  const advert = {
    version: conf.version,
    vrid: conf.virtual_router_id,
    priority,
    interval: conf.advert_int,
    ...wire,
  };
  return destinations.map((destination) => ({
    kind: 'send',
    interface: conf.interface,
    family,
    source,
    destination,
    ttl: isUnicast(conf) ? (conf.unicast_ttl ?? TTL) : TTL,
    payload: encodeAdvert(advert, { family, source, destination }, !state.conf.globals.v3_checksum_as_v2),
  }));
}
