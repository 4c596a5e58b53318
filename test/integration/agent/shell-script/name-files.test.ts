import { expect, it } from 'vitest';
import { candidates, findInHosts, parseResolvConf } from '../../../../src/agent/shell/script/name-files.ts';

it.each([
  ['', { servers: ['127.0.0.1'], search: [] }],
  ['nameserver 192.0.2.1\nnameserver  2001:DB8::1 # second\n', { servers: ['192.0.2.1', '2001:db8::1'], search: [] }],
  [
    '; comment\ndomain example.org\nsearch a.example b.example\n',
    { servers: ['127.0.0.1'], search: ['a.example', 'b.example'] },
  ],
  ['nameserver fe80::1%eth0\nnameserver nonsense\nnameserver\n', { servers: ['127.0.0.1'], search: [] }],
  [
    'nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n',
    { servers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'], search: [] },
  ],
])('parses resolv.conf %o', (text, conf) => {
  expect(parseResolvConf(text)).toEqual(conf);
});

const HOSTS =
  '127.0.0.1\tlocalhost\n::1 localhost ip6-localhost\n# 192.0.2.9 mail\n192.0.2.5 Mail.example.org mail # relay\nbad name\n';

it.each([
  ['localhost', '127.0.0.1'],
  ['MAIL', '192.0.2.5'],
  ['mail.example.org', '192.0.2.5'],
  ['ip6-localhost', '::1'],
  ['name', undefined],
  ['relay', undefined],
])('finds %s in hosts as %s', (name, address) => {
  expect(findInHosts(HOSTS, name)).toBe(address);
});

it.each([
  ['mail', ['a.example', 'b.example'], ['mail.a.example', 'mail.b.example', 'mail']],
  ['mail.example.org', ['a.example'], ['mail.example.org', 'mail.example.org.a.example']],
  ['mail.example.org.', ['a.example'], ['mail.example.org.']],
  ['mail', [], ['mail']],
])('queries %s in this order', (name, search, order) => {
  expect(candidates(name, search)).toEqual(order);
});
