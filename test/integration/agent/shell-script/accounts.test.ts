import { expect, it } from 'vitest';
import type { ScriptUser } from '../../../../src/keepalived/model/conf.ts';
import { accounts } from '../../../../src/agent/shell/script/accounts.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  '# a comment',
  'broken:x:one:1::/:/bin/sh',
  'nis+',
  'web:x:33:34:www:/var/www:/usr/sbin/nologin',
  'web:x:99:99:a second one:/:/bin/sh',
  'homeless:x:40:41::',
  '',
].join('\n');
const GROUP = ['root:x:0:', 'web:x:34:', 'disk:x:6:web,root', 'odd:x::', ''].join('\n');
const OWN = 'keepalived_script:x:200:201::/nonexistent:/usr/sbin/nologin\n';

it.each<[string, ScriptUser, object | string]>([
  [PASSWD, 'default', { user: 'root', uid: 0, gid: 0, home: '/root' }],
  [PASSWD + OWN, 'default', { user: 'keepalived_script', uid: 200, gid: 201, home: '/nonexistent' }],
  ['', 'default', { user: 'root', uid: 0, gid: 0, home: '/root' }],
  [PASSWD, { user: 'web', group: undefined }, { user: 'web', uid: 33, gid: 34, home: '/var/www' }],
  [PASSWD, { user: 'web', group: 'disk' }, { user: 'web', uid: 33, gid: 6, home: '/var/www' }],
  [PASSWD, { user: 'homeless', group: undefined }, { user: 'homeless', uid: 40, gid: 41, home: '/' }],
  [PASSWD, { user: 'broken', group: undefined }, 'no user broken in /etc/passwd; create it or configure another one'],
  [PASSWD, { user: 'web', group: 'odd' }, 'no group odd in /etc/group; create it or configure another one'],
])('looks up a script user', (passwd, user, found) => {
  expect(accounts(passwd, GROUP).find(user)).toEqual(found);
});
