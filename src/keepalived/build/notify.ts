import type { Notify } from '../model-vrrp.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';
import { scriptOf } from './script.ts';

/** The scripts that an instance or a group runs. */
export function notifyOf(fields: Fields, { scriptUser: user, sites }: Pick<Context, 'scriptUser' | 'sites'>): Notify {
  const script = (name: string) => scriptOf(fields.words(name), user, sites);
  return {
    notify_master: script('notify_master'),
    notify_backup: script('notify_backup'),
    notify_fault: script('notify_fault'),
    notify_stop: script('notify_stop'),
    notify_deleted: script('notify_deleted'),
    notify: script('notify'),
    notify_master_rx_lower_pri: script('notify_master_rx_lower_pri'),
  };
}
