import * as z from 'zod';
import { DEFAULT_METHOD } from '../forwarding/methods.ts';
import { KEYWORDS, withKeywords } from './keywords.ts';
import { RAW, client, director, engine, packages, realServer, sshOfAll, tcpCheck, web } from './schema-hosts.ts';
import {
  address,
  addressWithPrefix,
  boolean,
  email,
  integer,
  listOf,
  matching,
  oneOf,
  oneOrMore,
  raw,
  scalar,
  seconds,
  statusSet,
  word,
} from './schema-values.ts';

/** Every scheduler of the kernel that keepalived passes on (linux/net/netfilter/ipvs). */
export const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sh', 'dh', 'mh', 'sed', 'nq', 'lblc', 'lblcr'] as const;

/** A password in the clear, or where to find it. */
export type PasswordSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

/** The characters that keepalived.conf takes literally outside quotes. */
export const PASSWORD = /^[A-Za-z0-9_.,:=/%^*?&+()@-]+$/;

/** What `secrets` may list: shorter ones would take words out of every text. */
export const SECRET = /^[^\0\r\n]{4,1000}$/;

function sourceOf(value: unknown): PasswordSource | undefined {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [[key, source] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0 || typeof source !== 'string' || source === '') return undefined;
  if (key === 'env') return { kind: 'env', name: source };
  return key === 'file' ? { kind: 'file', path: source } : undefined;
}

/** What stands for a secret in JSON Schema. */
const FROM_ELSEWHERE = ['env', 'file'].map((key) => ({
  type: 'object',
  properties: { [key]: { type: 'string' } },
  required: [key],
  additionalProperties: false,
}));

const authPass = z
  .unknown()
  .transform((value, context): PasswordSource => {
    const given = sourceOf(value);
    if (given !== undefined && (given.kind !== 'text' || PASSWORD.test(given.text))) return given;
    const what = 'must be a password of letters, digits and `_.,:=/%^*?&+()@-`, or {env: NAME}, or {file: PATH}';
    context.addIssue({ code: 'custom', message: what });
    return z.NEVER;
  })
  .meta({
    description: 'password in the clear, or the environment variable or file that holds it',
    anyOf: [{ type: ['string', 'number'], pattern: PASSWORD.source }, ...FROM_ELSEWHERE],
  });

const globalDefs = withKeywords(
  {
    notification_email: oneOrMore(email()).optional(),
    notification_email_from: email().optional(),
    smtp_server: matching(
      'an address or a host name, with or without a port',
      /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?(?: [0-9]{1,5})?$/,
      'As in 127.0.0.1 or `127.0.0.1 25`.',
    ).optional(),
    smtp_connect_timeout: integer(1, 3600).optional(),
    router_id: word('a word').optional().describe('name of every director that has no router_id of its own'),
    raw: raw().optional().describe(RAW),
  },
  KEYWORDS.global_defs,
  'global_defs',
).meta({ id: 'global_defs' });

const vrrpInstance = withKeywords(
  {
    name: word('a word').optional().describe('name of the VRRP instance'),
    interface: director.out.shape.interface.describe('interface of directors that name none of their own'),
    virtual_router_id: integer(1, 255, 'Every cluster on a segment needs its own.').optional(),
    advert_int: seconds(0.01, 255).optional(),
    nopreempt: boolean().optional(),
    preempt_delay: integer(0, 1000).optional(),
    authentication: z
      .strictObject({
        auth_type: oneOf(['PASS'], (text) =>
          text.toUpperCase() === 'AH'
            ? { what: 'is `AH`, which keepalived advises against and lvsctl does not build', hint: 'Use PASS.' }
            : undefined,
        )
          .optional()
          .describe('PASS sends the password in the clear'),
        auth_pass: authPass,
      })
      .optional(),
    virtual_ipaddress: oneOrMore(addressWithPrefix(), 1000)
      .optional()
      .meta({ description: 'virtual addresses, in place of `vip`', inputExamples: ['192.168.168.12'] }),
    raw: raw().optional().describe(RAW),
  },
  KEYWORDS.vrrp_instance,
  'vrrp_instance',
).meta({ id: 'vrrp_instance' });

const virtualServer = withKeywords(
  {
    vip: address().optional().describe('virtual address, one of `vip`'),
    port: integer(1, 65_535).optional().describe('port that clients connect to'),
    protocol: oneOf(['TCP'], (text) =>
      /^(?:udp|sctp)$/i.test(text)
        ? { what: `is ${text.toUpperCase()}, which lvsctl does not support yet`, hint: 'Use TCP.' }
        : undefined,
    ).optional(),
    delay_loop: integer(1, 86_400).optional(),
    lb_algo: oneOf(SCHEDULERS, (text) =>
      /^(?:round.?robin|weighted.*|least.?conn.*)$/i.test(text)
        ? {
            what: `must be a scheduler of the kernel, not \`${text}\``,
            hint: 'rr, wrr, lc and wlc are the usual ones.',
          }
        : undefined,
    ).optional(),
    lb_kind: oneOf(['DR'], (text) =>
      /^(?:nat|tun)$/i.test(text)
        ? {
            what: `is ${text.toUpperCase()}, which lvsctl knows and does not build yet`,
            hint: `Use ${DEFAULT_METHOD.lbKind}: ${DEFAULT_METHOD.summary}.`,
          }
        : undefined,
    ).optional(),
    nat_mask: address().optional().describe('without effect, and gone from keepalived; kept as a comment'),
    persistence_timeout: integer(1, 2_678_400, 'Seconds; leave it out for no persistence.').optional(),
    tcp_check: tcpCheck.optional().describe('check of real servers that have no check of their own'),
    verify: z
      .strictObject({
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

/** A value that is never shown, or where to find it. */
const secret = z
  .unknown()
  .transform((value, context): PasswordSource => {
    const source = sourceOf(value);
    if (source !== undefined && (source.kind !== 'text' || SECRET.test(source.text))) return source;
    context.addIssue({
      code: 'custom',
      message: 'must be 4 to 1000 characters in one line, or {env: NAME}, or {file: PATH}',
    });
    return z.NEVER;
  })
  .meta({ anyOf: [{ type: ['string', 'number'] }, ...FROM_ELSEWHERE] });

/** CIDR of the segment that directors and real servers share. */
const network = scalar('a network such as 192.168.168.0/24', (text) => {
  const result = addressWithPrefix().safeParse(text);
  if (!result.success || result.data.prefix === undefined) return undefined;
  return { address: result.data.address, prefix: result.data.prefix };
}).meta({ type: 'string', pattern: String.raw`^[0-9]+(\.[0-9]+){3}/[0-9]+$` });

/** Everything an inventory can say. Nothing is required here: what is missing is a matter for `lint`. */
export const inventory = withKeywords(
  {
    name: matching('a name', /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'Use letters, digits, `_`, `.` and `-`.')
      .optional()
      .describe('name of the cluster in messages and file headers'),
    network: network
      .optional()
      .meta({ description: 'segment that directors and real servers share', inputExamples: ['192.168.168.0/24'] }),
    vip: oneOrMore(addressWithPrefix(), 1000)
      .optional()
      .meta({ description: 'virtual addresses that clients connect to', inputExamples: ['192.168.168.12'] }),
    directors: listOf(director, 255).optional().describe('hosts that balance; a text is an address'),
    real_servers: listOf(realServer, 10_000).optional().describe('hosts that serve; a text is an address'),
    client: client
      .optional()
      .describe('host that the cluster is proven from; `local` is the machine that lvsctl runs on'),
    engine,
    ssh: sshOfAll,
    global_defs: globalDefs.optional().describe('the block global_defs of keepalived.conf'),
    vrrp_instance: vrrpInstance.optional().describe('the block vrrp_instance of keepalived.conf'),
    virtual_servers: listOf(virtualServer, 500)
      .optional()
      .describe('the blocks virtual_server of keepalived.conf; without it one on port 80 for each VIP'),
    raw: raw().optional().describe(RAW),
    secrets: listOf(secret, 100)
      .optional()
      .describe('values that are never shown; texts, or environment variables or files that hold them'),
    packages: packages.optional().describe('where packages come from'),
    web: web.optional().describe('web server on real servers; without it they are yours'),
  },
  KEYWORDS.top,
  'the configuration',
);

export type Input = z.output<typeof inventory>;
