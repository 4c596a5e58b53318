import * as z from 'zod';
import { INIT_SYSTEMS } from '../platforms/init-systems.ts';
import { PACKAGE_MANAGERS } from '../platforms/package-managers.ts';
import { KEYWORDS, withKeywords } from './keywords.ts';
import { files } from './schema-files.ts';
import { packageName } from './schema-packages.ts';
import { password } from './schema-secrets.ts';
import { serverKeys } from './schema-services.ts';
import { instanceOfDirector, priority, state } from './schema-vrrp.ts';
import {
  address,
  boolean,
  hostName,
  integer,
  interfaceName,
  matching,
  namesTo,
  oneOf,
  oneOrMore,
  orAddress,
  path,
  plainPath,
  scalar,
  word,
} from './schema-values.ts';

const sshKeys = z
  .strictObject({
    user: matching('a login name', /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/)
      .optional()
      .describe('login name: root, or a user with password-less sudo'),
    port: integer(1, 65_535).optional().describe('port of sshd'),
    identity_file: oneOrMore(path('the path of a private key'))
      .optional()
      .describe('private keys; a relative path starts at the folder of the inventory'),
    known_hosts: oneOrMore(path('the path of a known_hosts file'))
      .optional()
      .describe('files with host keys; a new key goes into the first'),
    proxy_command: matching('a command in one line', /^[^\0\r\n]+$/)
      .optional()
      .meta({
        description: 'command whose input and output are the connection; `%h` is the host, `%p` the port',
        inputExamples: ['ssh -W %h:%p bastion'],
      }),
    proxy_jump: oneOrMore(
      matching(
        'a host as [user@]host[:port]',
        /^(?:[A-Za-z0-9_.+][A-Za-z0-9_.+-]*@)?(?:[A-Za-z0-9_.][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/,
      ),
      8,
    )
      .optional()
      .meta({
        description: 'hosts through which the connection goes, in this order; each is looked up in `config`',
        inputExamples: ['ops@bastion'],
      }),
    destination: matching('a name or address', /^(?!-)[A-Za-z0-9_.:%-]{1,255}$/)
      .optional()
      .describe('what ssh would get as destination: looked up in `config`; `%n` is the name of the host'),
    client: oneOf(['builtin', 'openssh'])
      .optional()
      .describe(
        'what connects: lvsctl itself, or the ssh of this machine, for FIDO keys, Kerberos, certificates and its key exchanges',
      ),
    config: scalar('the path of a file like ~/.ssh/config, or false', (text): string | false | undefined => {
      if (/^(?:false|none)$/i.test(text)) return false;
      return /^[^\0\r\n]{1,4096}$/.test(text) ? text : undefined;
    })
      .optional()
      .meta({
        description: 'configuration of OpenSSH to read instead of its usual files; `false` reads none',
        type: ['string', 'boolean'],
        inputExamples: ['~/.ssh/cluster_config'],
      }),
    password: password.optional(),
    host_key_checking: oneOf(['strict', 'accept-new'], (text) =>
      /^(?:no|off|false)$/i.test(text)
        ? {
            what: 'cannot be disabled: without host key checks, any machine can impersonate a host',
            hint: 'Use `accept-new` to trust the key of a new host on first use.',
          }
        : undefined,
    )
      .optional()
      .describe('whether an unknown host key is refused or trusted at first sight'),
    connect_timeout: integer(1, 600)
      .optional()
      .meta({ description: 'time limit for connecting and logging in', unit: 'seconds' }),
    lab: matching('the name of a lab', /^[A-Za-z0-9][A-Za-z0-9-]{0,30}$/, 'As in `lvsctl lab up --name lab`.')
      .optional()
      .describe('lab of `lvsctl lab up` that the hosts are in; nothing else of `ssh` is needed then'),
  })
  .meta({ id: 'ssh' });

const ssh = sshKeys.optional().describe('how this host is reached, over the `ssh` of the cluster');

/** For all hosts. */
export const sshOfAll = sshKeys.optional().describe('how hosts are reached');

export const engine = oneOf(['auto', 'keepalived', 'agent'], (text) =>
  /^(?:lvs-agent|lvsctl|bundled)$/i.test(text)
    ? { what: `must be auto, keepalived or agent, not \`${text}\``, hint: '`agent` is the bundled lvs-agent.' }
    : undefined,
)
  .optional()
  .describe('what runs VRRP and keeps the IPVS table: keepalived, the bundled agent, or what the host can have');

/** For a host whose distribution is not recognised. */
export const platform = z
  .strictObject({
    packages: oneOf(PACKAGE_MANAGERS.map(({ id }) => id))
      .optional()
      .describe('package manager of the host'),
    init: oneOf(INIT_SYSTEMS.map(({ id }) => id))
      .optional()
      .describe('init system of the host'),
  })
  .meta({ id: 'platform' })
  .optional()
  .describe('what the host resembles; without it lvsctl finds out, and refuses a host that it does not recognise');

/** Addresses of other networks and families. */
const addresses = () =>
  oneOrMore(address(), 20)
    .optional()
    .meta({ description: 'further addresses, of other networks and families', inputExamples: ['10.0.0.102'] });

const HOST_NAME = 'name in messages and reports';
const HOST_ADDRESS = 'address that the host is reached at, and that is used with VIPs of its family';

export const director = orAddress(
  z
    .strictObject({
      name: hostName().optional().describe(HOST_NAME),
      address: address().describe(HOST_ADDRESS),
      addresses: addresses(),
      state,
      priority,
      interface: interfaceName.optional().describe('interface for VRRP; `auto` is the one that holds the address'),
      router_id: word('a word').optional().describe('name of this director in alert mails and SNMP'),
      vrrp_instance: withKeywords({}, KEYWORDS.vrrp_instance, 'vrrp_instance')
        .optional()
        .describe('keywords of this director in every instance'),
      vrrp_instances: namesTo(instanceOfDirector, 255).optional().describe('keywords of this director by instance'),
      files: files.optional().describe('files for this director, over the `files` of the cluster'),
      engine,
      platform,
      ssh,
    })
    .meta({ id: 'director' }),
);

export const realServer = orAddress(
  withKeywords(
    {
      name: hostName().optional().describe(HOST_NAME),
      address: address().describe(HOST_ADDRESS),
      addresses: addresses(),
      ...serverKeys,
      platform,
      ssh,
    },
    KEYWORDS.real_servers,
    'real_server',
  ).meta({ id: 'real_server' }),
);

/** `client: local` is the machine that lvsctl runs on. */
export const client = z
  .preprocess(
    (value) => (value === 'local' ? { local: 'true' } : typeof value === 'string' ? { address: value } : value),
    z
      .strictObject({
        name: hostName().optional().describe(HOST_NAME),
        address: address().optional().describe('address that the host is reached at'),
        addresses: addresses(),
        local: boolean().optional().describe('the client is the machine that lvsctl runs on'),
        platform,
        ssh,
      })
      .meta({ id: 'client' }),
  )
  .meta({ shortForm: 'client' });

const FIREWALL_POLICIES = ['manage', 'check', 'ignore'] as const;

export const firewall = oneOf(FIREWALL_POLICIES, (text) =>
  /^(?:true|false|yes|no|on|off)$/i.test(text)
    ? { what: `must be manage, check or ignore, not \`${text}\``, hint: '`manage` adds the rules that are missing.' }
    : undefined,
)
  .optional()
  .describe(
    'firewalls that drop what the cluster needs: `manage` adds rules, `check` refuses such a host, `ignore` leaves it to you',
  );

export const web = z
  .strictObject({
    package: packageName()
      .optional()
      .meta({ description: 'web server that is installed on real servers', inputExamples: ['nginx-light'] }),
    service: matching('the name of a systemd service', /^[A-Za-z0-9][A-Za-z0-9@_.-]{0,127}$/)
      .optional()
      .describe('systemd unit of the web server'),
    demo_page: boolean().optional().describe('writes a page with the name of the real server'),
    demo_path: plainPath('an absolute path').optional().describe('file of that page'),
  })
  .meta({ id: 'web' });
