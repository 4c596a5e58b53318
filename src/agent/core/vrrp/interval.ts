import type { Instance } from './state.ts';

/** What intervals are worked out from. */
type Pace = Pick<Instance, 'conf' | 'priority' | 'interval'>;

/**
 * Skew_Time in ms: the lower the priority, the longer a backup waits. Version 2 counts in seconds whatever the interval
 * (RFC 3768 §6.1), version 3 in the master's intervals (RFC 9568 §6.1).
 */
export function skewTime(instance: Pace): number {
  const unit = instance.conf.version === 2 ? 1000 : instance.interval;
  return ((256 - instance.priority) * unit) / 256;
}

/** Master_Down_Interval (Active_Down_Interval of RFC 9568 §6.1), ms without a word of the master until it counts as gone. */
export function masterDownInterval(instance: Pace): number {
  return instance.conf.down_timer_adverts * instance.interval + skewTime(instance);
}
