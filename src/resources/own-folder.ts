import { NOTHING, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { probeEach, requireGuard } from './guarded-path.ts';
import type { ResourceKind } from './resource.ts';

/** What lvsctl keeps on a host for itself; only root can enter it. */
export const OWN_FOLDER = '/var/lib/lvsctl';

/** Where a host keeps the state of each resource before lvsctl first changed it. Never pruned. */
export const ORIGIN = `${OWN_FOLDER}/origin`;

/** Orders for services, which a reboot makes obsolete. */
const PENDING = '/run/lvsctl/pending';

/** The folder must not exist. */
export interface OwnFolderWant {
  readonly kind: 'own-folder';
}

const KEY = 'own-folder';

/** Removed last: without the record in it there is no way back. */
export const ownFolder: ResourceKind<OwnFolderWant, true> = {
  kind: 'own-folder',
  wave: 'last',
  backup: false,
  recorded: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: () => KEY,

  probe: (keys) =>
    keys.length === 0 ? NOTHING : probeEach([`${OWN_FOLDER}/any`], sh`[ ! -d ${OWN_FOLDER} ] || echo ${KEY}`),

  parse: (output) => new Map(saneLines(output).includes(KEY) ? [[KEY, true as const]] : []),

  diff: (_want, have) =>
    have === undefined
      ? undefined
      : {
          action: 'remove',
          disruptive: false,
          reason: 'what lvsctl keeps for itself, with the record of the former state',
          fields: [{ name: 'folder', before: OWN_FOLDER, after: undefined }],
        },

  steps: () => [requireGuard([`${OWN_FOLDER}/any`]), sh`rm -rf ${OWN_FOLDER} ${PENDING}`],
};
