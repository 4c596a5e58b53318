import { type Check, failed } from '../check.ts';

/** A host that cannot be read fails verification. */
export const reachable: Check = ({ unreadable }) =>
  unreadable.map(({ host, message, unsuitable }) =>
    unsuitable === undefined
      ? failed(
          'reachable',
          `${host} can be read`,
          'an answer over SSH',
          message,
          `Bring ${host} back, then verify again.`,
        )
      : failed('reachable', `${host} is supported`, 'a host that passes preflight', message, unsuitable),
  );
