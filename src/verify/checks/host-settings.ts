import { type Check, failed, skipped } from '../check.ts';

/** Nothing else on a host sets what lvsctl sets to another value. It is silent where there is nothing. */
export const hostSettings: Check = ({ warnings }) =>
  // Network managers have a check of their own.
  warnings
    .filter(({ code }) => code !== 'network-manager')
    .map(({ host, message, fix, atBoot }) =>
      (atBoot ? failed : skipped)(
        'host-settings',
        `${host} keeps the settings of the cluster`,
        'no other setting of the host works against them',
        message,
        fix,
      ),
    );
