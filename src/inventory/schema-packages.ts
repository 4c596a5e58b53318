import * as z from 'zod';
import { SOURCES } from './package-sources.ts';
import { boolean, hostName, listOf, matching, namesTo, oneOf, oneOrMore, path, plainPath } from './schema-values.ts';

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

const tarball = z
  .preprocess(
    (value) => (typeof value === 'string' ? { tarball: value } : value),
    z
      .strictObject({
        tarball: path('the path of a file')
          .optional()
          .describe(
            'file on this machine, named as in keepalived-2.2.7.tar.gz; a relative path starts at the inventory',
          ),
        mounted: plainPath('an absolute path')
          .optional()
          .describe('the same file on the hosts that build it, such as one on a local mount'),
        sha256: matching('a SHA-256 digest', /^[0-9a-f]{64}$/, 'Run `sha256sum FILE`.')
          .optional()
          .describe('digest that the file must have'),
        configure: listOf(
          matching(
            'an argument of configure',
            /^(?:--[A-Za-z0-9]|[A-Z]{1,30}=-)[A-Za-z0-9=._,:/+-]{0,199}$/,
            'As in --disable-snmp or CFLAGS=-O2.',
          ),
          50,
        )
          .optional()
          .meta({ description: 'arguments of its `configure`', inputExamples: [['--disable-dbus']] }),
      })
      .meta({ id: 'tarball' }),
  )
  .meta({ shortForm: 'name' });

const source = z
  .strictObject({
    keepalived: tarball.optional().describe('source of keepalived'),
    ipvsadm: tarball.optional().describe('source of ipvsadm, built where keepalived is'),
    build_on: oneOrMore(hostName(), 20)
      .optional()
      .describe(
        'hosts of this inventory that build, one for each platform of the directors; a director only where it is named',
      ),
  })
  .meta({ id: 'source' });

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
    from: listOf(oneOf(SOURCES), SOURCES.length)
      .optional()
      .describe('sources of keepalived and ipvsadm, of which the first that works is used; of those left out none is'),
    source: source.optional().describe('tarballs that keepalived and ipvsadm are built from, once for each platform'),
    versions: namesTo(version, 100)
      .optional()
      .describe('versions to install, by the name of the package in Debian; the beginning of a version is enough'),
    allow_downgrade: boolean().optional().describe('whether a package that is newer than its version is replaced'),
  })
  .meta({ id: 'packages' });
