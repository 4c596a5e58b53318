import { type Check, failed } from '../check.ts';

/** A host that cannot be read proves nothing; it is never passed over in silence. */
export const reachable: Check = ({ unreadable }) =>
  unreadable.map(({ host, message, unfit }) =>
    unfit === undefined
      ? failed(
          'reachable',
          `${host} can be read`,
          'an answer over ssh',
          message,
          `Bring ${host} back, then verify again.`,
        )
      : failed('reachable', `${host} can be judged`, 'a host that lvsctl can work on', message, unfit),
  );
