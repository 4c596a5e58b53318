import { type Check, failed } from '../check.ts';

/** A host that cannot be read proves nothing; it is never passed over in silence. */
export const reachable: Check = ({ unreadable }) =>
  unreadable.map(({ host, message }) =>
    failed('reachable', `${host} can be read`, 'an answer over ssh', message, `Bring ${host} back, then verify again.`),
  );
