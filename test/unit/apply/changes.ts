import { sh, type Command } from '../../../src/remote/command.ts';
import type { Change } from '../../../src/plan/change.ts';

/** A change that is described by what a test cares about. */
export function changeOf(given: Partial<Change> = {}): Change {
  return {
    host: 'rs1',
    role: 'real-server',
    kind: 'sysctl',
    key: 'net.ipv4.conf.all.arp_ignore',
    action: 'update',
    fields: [{ name: 'value', before: '0', after: '1' }],
    reason: undefined,
    disruptive: false,
    causes: [],
    secrets: [],
    advice: undefined,
    steps: [sh`:`],
    ...given,
  };
}

/** A change with one script of its own, whose key is `key`. */
export function doing(key: string, ...steps: readonly Command[]): Change {
  return changeOf({ key, steps });
}
