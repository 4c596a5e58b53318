import * as z from 'zod';
import { boolean, matching, namesTo, path, plainPath } from './schema-values.ts';

const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/;

export const packageName = () => matching('the name of a package', PACKAGE_NAME);

const localMount = z
  .preprocess(
    (value) => (typeof value === 'string' ? { path: value } : value),
    z
      .strictObject({
        path: plainPath('an absolute path').describe('the folder'),
        trusted: boolean()
          .optional()
          .describe('installs what is in the folder without a signature that the host accepts'),
      })
      .meta({ id: 'local_mount' }),
  )
  .meta({ shortForm: 'name' });

const version = matching(
  'a version of a package',
  /^(?:\d{1,9}:)?[0-9A-Za-z][0-9A-Za-z.+~^_-]{0,63}$/,
  'As in "2.2.7" or "2.2.7-1"; the beginning is enough.',
).meta({ inputExamples: ['2.2.7-1'] });

export const packages = z
  .strictObject({
    local_mount: localMount
      .optional()
      .describe("folder on the hosts that holds packages, used before the distribution's repositories"),
    bundle: path('the path of a file')
      .optional()
      .describe(
        'file on this machine with packages for hosts without network, as `lvsctl bundle` makes it; a relative path starts at the inventory',
      ),
    versions: namesTo(version, 100)
      .optional()
      .describe('versions to install, by the name of the package in Debian; the beginning of a version is enough'),
    allow_downgrade: boolean().optional().describe('whether a package that is newer than its version is replaced'),
  })
  .meta({ id: 'packages' });
