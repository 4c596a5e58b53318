import * as z from 'zod';
import { KEYWORDS, withKeywords } from './keywords.ts';
import {
  address,
  boolean,
  hostName,
  integer,
  matching,
  oneOf,
  oneOrMore,
  orAddress,
  path,
  plainPath,
  raw,
  word,
} from './schema-values.ts';

export const tcpCheck = withKeywords(
  {
    connect_timeout: integer(1, 3600).optional(),
    nb_get_retry: integer(0, 100).optional(),
    delay_before_retry: integer(0, 3600).optional(),
  },
  KEYWORDS.tcp_check,
  'TCP_CHECK',
);

export const ssh = z.strictObject({
  user: matching('a login name', /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/).optional(),
  port: integer(1, 65_535).optional(),
  identity_file: oneOrMore(path('the path of a private key')).optional(),
  known_hosts: oneOrMore(path('the path of a known_hosts file')).optional(),
  proxy_command: matching('a command in one line', /^[^\0\r\n]+$/).optional(),
  host_key_checking: oneOf(['strict', 'accept-new'], (text) =>
    /^(?:no|off|false)$/i.test(text)
      ? {
          what: 'cannot be switched off: an unchecked host key gives the cluster to whoever answers first',
          hint: 'Use `accept-new` to trust a host at first sight and hold it to that key from then on.',
        }
      : undefined,
  ).optional(),
  connect_timeout: integer(1, 600).optional(),
  lab: matching('the name of a lab', /^[A-Za-z0-9][A-Za-z0-9-]{0,30}$/, 'As in `lvsctl lab up --name lab`.').optional(),
});

const interfaceName = matching(
  'the name of a network interface, or `auto`',
  /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,14}$/,
  '`auto` takes the interface that holds the address of the director.',
);

export const engine = oneOf(['auto', 'keepalived', 'agent'], (text) =>
  /^(?:lvs-agent|lvsctl|bundled)$/i.test(text)
    ? { what: `must be auto, keepalived or agent, not \`${text}\``, hint: '`agent` is the bundled lvs-agent.' }
    : undefined,
);

export const director = orAddress(
  z.strictObject({
    name: hostName().optional(),
    address: address(),
    state: oneOf(['MASTER', 'BACKUP']).optional(),
    priority: integer(1, 254, '255 belongs to the owner of the address, and no director owns a VIP.').optional(),
    interface: interfaceName.optional(),
    router_id: word('a word').optional(),
    engine: engine.optional(),
    ssh: ssh.optional(),
  }),
);

export const realServer = orAddress(
  withKeywords(
    {
      name: hostName().optional(),
      address: address(),
      weight: integer(0, 65_535).optional(),
      port: integer(1, 65_535).optional(),
      tcp_check: tcpCheck.optional(),
      raw: raw().optional(),
      ssh: ssh.optional(),
    },
    KEYWORDS.real_servers,
    'real_server',
  ),
);

/** `client: local` is the machine that lvsctl runs on. */
export const client = z.preprocess(
  (value) => (value === 'local' ? { local: 'true' } : typeof value === 'string' ? { address: value } : value),
  z.strictObject({
    name: hostName().optional(),
    address: address().optional(),
    local: boolean().optional(),
    ssh: ssh.optional(),
  }),
);

export const packages = z.strictObject({
  local_mount: plainPath('an absolute path').optional(),
});

export const web = z.strictObject({
  package: matching('the name of a package', /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/).optional(),
  service: matching('the name of a systemd service', /^[A-Za-z0-9][A-Za-z0-9@_.-]{0,127}$/).optional(),
  demo_page: boolean().optional(),
  demo_path: plainPath('an absolute path').optional(),
});
