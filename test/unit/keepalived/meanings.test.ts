import { expect, it } from 'vitest';
import type { Keywords } from '../../../src/keepalived/keywords/keyword.ts';
import type { Meanings } from '../../../src/keepalived/keywords/meaning.ts';
import { MEANINGS } from '../../../src/keepalived/keywords/meanings.ts';
import { releasedKeywords, sinceOf } from '../../../src/keepalived/keywords/releases.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';

/** Words that man pages have and no release of keepalived reads. */
const UNRELEASED = [
  'vrrp_sync_group/notify_deleted',
  'virtual_server/real_server/MISC_CHECK/connect_timeout',
  'virtual_server/real_server/FILE_CHECK/dynamic',
];

const keywordPaths = (table: Keywords, at = ''): readonly string[] =>
  Object.entries(table).flatMap(([keyword, { shape }]) => [
    `${at}${keyword}`,
    ...(shape.kind === 'block' && shape.of !== undefined ? keywordPaths(shape.of, `${at}${keyword}/`) : []),
  ]);

const meaningPaths = (meanings: Meanings, at = ''): readonly string[] =>
  Object.entries(meanings).flatMap(([keyword, meaning]) => [
    `${at}${keyword}`,
    ...(typeof meaning === 'object' && meaning.of !== undefined ? meaningPaths(meaning.of, `${at}${keyword}/`) : []),
  ]);

it('every keyword has a meaning, and every meaning a keyword', () => {
  expect(meaningPaths(MEANINGS).toSorted()).toEqual(keywordPaths(TOP).toSorted());
});

it('every keyword has the release that brought it, and every release only keywords of the table', () => {
  expect([...releasedKeywords(), ...UNRELEASED].toSorted()).toEqual(keywordPaths(TOP).toSorted());
});

it.each([
  ['vrrp_instance/unicast_peer', '1.2.8'],
  ['vrrp_track_process', '2.0.11'],
  ['track_file', '2.1.0'],
  ['virtual_server/real_server/TCP_CHECK/retry', '1.2.20'],
  ['virtual_server/real_server/HTTP_GET/nb_get_retry', '1.0.0'],
  ['vrrp_sync_group/notify_deleted', undefined],
])('%s is of release %s', (path, release) => {
  expect(sinceOf(path.split('/'))).toBe(release);
});
