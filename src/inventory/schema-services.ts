import * as z from 'zod';
import { LB_KINDS } from '../forwarding/forwarding.ts';
import { KEYWORDS, withKeywords } from './keywords.ts';
import { shortCheck } from './short-check.ts';
import {
  RAW,
  address,
  hostName,
  integer,
  listOf,
  namesTo,
  oneOf,
  oneOrMore,
  raw,
  requestPath,
  statusSet,
  word,
} from './schema-values.ts';

/** Every scheduler of the kernel that keepalived passes on (linux/net/netfilter/ipvs). */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'sh',
  'dh',
  'mh',
  'sed',
  'nq',
  'lblc',
  'lblcr',
  'fo',
  'ovf',
  'twos',
] as const;

/** Forwarding methods as ipvsadm(8) and people name them. */
const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ['masq', 'NAT'],
  ['masquerade', 'NAT'],
  ['masquerading', 'NAT'],
  ['tunnel', 'TUN'],
  ['ipip', 'TUN'],
  ['route', 'DR'],
  ['gatewaying', 'DR'],
  ['gate', 'DR'],
]);

/** The common health checks in short. */
export const check = shortCheck().optional().describe('health check in short, such as `http /health`');

export const tcpCheck = withKeywords(
  {
    connect_timeout: integer(1, 3600).optional(),
    nb_get_retry: integer(0, 100).optional().describe('failed tries that are repeated before the real server is down'),
    delay_before_retry: integer(0, 3600).optional(),
  },
  KEYWORDS.tcp_check,
  'TCP_CHECK',
).meta({ id: 'tcp_check' });

const SERVER = {
  weight: integer(0, 65_535).optional(),
  port: integer(1, 65_535).optional().describe('port that the web server listens on'),
  check,
  tcp_check: tcpCheck.optional().describe('check of this real server, over that of the virtual server'),
  raw: raw().optional().describe(RAW),
};

/** What a real server, a pool and a member of a pool say of real servers. */
export const serverKeys = SERVER;

/** A real server in a pool; a text is its name. */
const member = z
  .preprocess(
    (value) => (typeof value === 'string' ? { name: value } : value),
    withKeywords(
      { name: hostName().describe('name of a real server'), ...SERVER },
      KEYWORDS.real_servers,
      'real_server',
    ).meta({
      id: 'member',
    }),
  )
  .meta({ shortForm: 'name' });

const members = listOf(member, 10_000);

export const pools = namesTo(
  withKeywords(
    { members: members.optional().describe('real servers; without it all of them'), ...SERVER },
    KEYWORDS.real_servers,
    'real_server',
  ).meta({ id: 'pool' }),
  500,
);

/** The name of a pool, or members without one. */
const pool = z
  .preprocess(
    (value) => (typeof value === 'string' ? { name: value } : { members: value }),
    z.union([z.strictObject({ name: word('the name of a pool') }), z.strictObject({ members })]),
  )
  .meta({ shortForm: 'pool' });

export const virtualServer = withKeywords(
  {
    vip: oneOrMore(address(), 1000)
      .optional()
      .meta({
        description: 'virtual address, one of `vip`; a list is a virtual server for each',
        inputExamples: ['192.168.168.12'],
      }),
    port: oneOrMore(integer(0, 65_535), 100)
      .optional()
      .describe(
        'port that clients connect to; a list is one service over all of them, by a firewall mark; 0 is every port of the address, with persistence',
      ),
    fwmark: integer(1, 4_294_967_295)
      .optional()
      .describe('firewall mark: with several ports the one that lvsctl sets, alone the one that your own rules set'),
    group: word('a word').optional().describe('virtual_server_group with the addresses of this service'),
    directors: listOf(hostName(), 255)
      .optional()
      .describe('names of the directors that have it; without it all of them'),
    pool: pool.optional().describe('name of a pool, or a list of real servers; without it all real servers'),
    check,
    protocol: oneOf(['TCP', 'UDP', 'SCTP']).optional(),
    delay_loop: integer(1, 86_400).optional(),
    lb_algo: oneOf(SCHEDULERS, (text) =>
      /^(?:round.?robin|weighted.*|least.?conn.*)$/i.test(text)
        ? {
            what: `must be a scheduler of the kernel, not \`${text}\``,
            hint: `Did you mean \`${meantScheduler(text)}\`?`,
          }
        : undefined,
    ).optional(),
    lb_kind: oneOf(LB_KINDS, (text) => {
      const meant = ABBREVIATIONS.get(text.toLowerCase());
      return meant === undefined ? undefined : { what: `is \`${text}\``, hint: `Did you mean \`${meant}\`?` };
    }).optional(),
    two_box: oneOf(['marks', 'none'])
      .optional()
      .describe(
        'how a director that is a real server as well is kept from balancing packets of the master again: by marks, which lvsctl sets, or in a way of your own',
      ),
    held_by: oneOf(['vrrp', 'other'])
      .optional()
      .describe('what puts its address on a director: a VRRP instance, or something of your own'),
    nat_mask: address().optional().describe('without effect, and gone from keepalived; kept as a comment'),
    persistence_timeout: integer(1, 2_678_400, 'Seconds; leave it out for no persistence.').optional(),
    tcp_check: tcpCheck.optional().describe('check of real servers that have no check of their own'),
    verify: z
      .strictObject({
        request: oneOf(['http', 'https', 'tcp', 'udp', 'none'])
          .optional()
          .describe(
            'what a client asks: by default what health check, protocol and port suggest; in a service over several ports 443 and 8443 speak HTTPS, 80 and 8080 HTTP',
          ),
        path: requestPath().optional().describe('path of HTTP requests'),
        host: hostName().optional().describe('host name of HTTP requests'),
        status_code: statusSet()
          .optional()
          .meta({ description: 'HTTP status codes that count as answers', inputExamples: ['200-399 403'] }),
      })
      .optional()
      .describe('what `verify` and `failover-test` expect'),
    raw: raw().optional().describe(RAW),
  },
  KEYWORDS.virtual_servers,
  'virtual_server',
).meta({ id: 'virtual_server' });

/** Of a scheduler that was written out. */
function meantScheduler(text: string): string {
  return `${/^weighted/i.test(text) ? 'w' : ''}${/least|conn/i.test(text) ? 'lc' : 'rr'}`;
}
