import * as z from 'zod';
import { TUNNELS, WAYS_BACK } from '../forwarding/forwarding.ts';
import { KEYWORDS, withKeywords } from './keywords.ts';
import { files } from './schema-files.ts';
import { client, director, engine, firewall, platform, realServer, sshOfAll, web } from './schema-hosts.ts';
import { packages } from './schema-packages.ts';
import { secret } from './schema-secrets.ts';
import { pools, virtualServer } from './schema-services.ts';
import {
  RAW,
  address,
  email,
  integer,
  listOf,
  matching,
  namesTo,
  network,
  oneOf,
  oneOrMore,
  raw,
  virtualAddress,
  word,
} from './schema-values.ts';
import { namedInstance, vrrpInstance } from './schema-vrrp.ts';

const globalDefs = withKeywords(
  {
    notification_email: oneOrMore(email()).optional(),
    notification_email_from: email().optional(),
    smtp_server: matching(
      'an address or a host name, with or without a port',
      /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(?: [0-9]{1,5})?$/,
      'As in 127.0.0.1 or `127.0.0.1 25`.',
    ).optional(),
    smtp_connect_timeout: integer(1, 3600).optional(),
    router_id: word('a word').optional().describe('name of every director that has no router_id of its own'),
    raw: raw().optional().describe(RAW),
  },
  KEYWORDS.global_defs,
  'global_defs',
).meta({ id: 'global_defs' });

const nat = z
  .strictObject({
    gateway: oneOrMore(address(), 2)
      .optional()
      .meta({
        description: 'inside address that moves with the master, the gateway of the real servers; one of each family',
        inputExamples: ['10.0.0.1'],
      }),
    way_back: oneOf(WAYS_BACK).optional().describe('how replies of real servers reach the director again'),
  })
  .meta({ id: 'nat' });

const tun = z
  .strictObject({
    type: oneOf(TUNNELS).optional().describe('encapsulation'),
    port: integer(1, 65_535).optional().describe('UDP port of gue'),
    mss: integer(536, 65_495).optional().meta({ description: 'largest TCP segment of replies', unit: 'bytes' }),
  })
  .meta({ id: 'tun' });

/** Everything an inventory can say. Nothing is required here: what is missing is a matter for `lint`. */
export const inventory = withKeywords(
  {
    name: matching('a name', /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'Use letters, digits, `_`, `.` and `-`.')
      .optional()
      .describe('name of the cluster in messages and file headers'),
    network: oneOrMore(network(), 100)
      .optional()
      .meta({
        description: 'segment that directors and real servers share; a list is one segment with several networks',
        inputExamples: ['192.168.168.0/24'],
      }),
    networks: namesTo(network(), 100).optional().describe('segments by name, where there are several'),
    vip: oneOrMore(virtualAddress(), 1000)
      .optional()
      .meta({ description: 'virtual addresses that clients connect to', inputExamples: ['192.168.168.12'] }),
    directors: listOf(director, 255).optional().describe('hosts that balance; a text is an address'),
    real_servers: listOf(realServer, 10_000).optional().describe('hosts that serve; a text is an address'),
    client: client
      .optional()
      .describe('host that the cluster is proven from; `local` is the machine that lvsctl runs on'),
    engine,
    platform,
    ssh: sshOfAll,
    global_defs: globalDefs.optional().describe('the block global_defs of keepalived.conf'),
    vrrp_instance: vrrpInstance.optional().describe('the block vrrp_instance of keepalived.conf'),
    vrrp_instances: namesTo(namedInstance, 255)
      .optional()
      .describe('several VRRP instances by name; `vrrp_instance` then has the defaults of all'),
    pools: pools.optional().describe('named groups of real servers'),
    nat: nat.optional().describe('how virtual servers with `lb_kind: NAT` are set up'),
    tun: tun.optional().describe('how virtual servers with `lb_kind: TUN` are set up'),
    virtual_servers: listOf(virtualServer, 500)
      .optional()
      .describe('the blocks virtual_server of keepalived.conf; without it one on port 80 for each VIP'),
    raw: raw().optional().describe(RAW),
    secrets: listOf(secret, 100).optional().describe('values that are never shown; texts, or where to find them'),
    files: files.optional().describe('files for every director, by their path on the host'),
    packages: packages.optional().describe('where packages come from'),
    firewall,
    web: web.optional().describe('web server on real servers; without it they are yours'),
  },
  KEYWORDS.top,
  'the configuration',
);

export type Input = z.output<typeof inventory>;
