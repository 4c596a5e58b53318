import * as z from 'zod';
import { KEYWORDS, withKeywords } from './keywords.ts';
import { authPass } from './schema-secrets.ts';
import {
  RAW,
  boolean,
  hostName,
  integer,
  interfaceName,
  listOf,
  oneOf,
  oneOrMore,
  raw,
  seconds,
  virtualAddress,
  word,
} from './schema-values.ts';

export const state = oneOf(['MASTER', 'BACKUP']).optional().describe('VRRP state before the first election');

export const priority = integer(1, 255, '0 is how a master resigns.')
  .optional()
  .describe('VRRP priority: the highest becomes master');

const KEYS = {
  interface: interfaceName.optional().describe('interface of directors that name none of their own'),
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
  virtual_ipaddress: oneOrMore(virtualAddress(), 1000)
    .optional()
    .meta({ description: 'virtual addresses, in place of `vip`', inputExamples: ['192.168.168.12'] }),
  unicast: boolean()
    .optional()
    .describe('advertisements go to the other directors by address; the peers are filled in'),
  raw: raw().optional().describe(RAW),
};

/** The only instance, or the defaults of all. */
export const vrrpInstance = withKeywords(
  { name: word('a word').optional().describe('name of the VRRP instance'), ...KEYS },
  KEYWORDS.vrrp_instance,
  'vrrp_instance',
).meta({ id: 'vrrp_instance' });

/** One of several. */
export const namedInstance = withKeywords(
  {
    directors: listOf(hostName(), 255)
      .optional()
      .describe('names of the directors that take part, the master first; without it all of them'),
    ...KEYS,
  },
  KEYWORDS.vrrp_instance,
  'vrrp_instance',
).meta({ id: 'vrrp_instances' });

/** One instance on one director. */
export const instanceOfDirector = withKeywords(
  {
    state,
    priority,
    interface: interfaceName.optional().describe('interface of this instance'),
    raw: raw().optional().describe(RAW),
  },
  KEYWORDS.vrrp_instance,
  'vrrp_instance',
).meta({ id: 'director_instance' });
