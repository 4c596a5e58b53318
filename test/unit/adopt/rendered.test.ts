import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Adopted, adoptFiles } from '../../../src/adopt/adopt-files.ts';
import type { NamedText } from '../../../src/adopt/sources.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { renderKeepalived } from '../../../src/render/keepalived.ts';

async function adopted(files: readonly NamedText[]): Promise<Adopted> {
  const environment = { ...processEnvironment(), folder: '/' };
  const result = await adoptFiles({ files, addresses: new Map(), include: () => [], environment });
  if (typeof result === 'string') throw new Error(result);
  return result;
}

const INVENTORIES = path.join(import.meta.dirname, '../../../inventories');

describe('what lvsctl renders is adopted without a difference', () => {
  it.each(readdirSync(INVENTORIES).filter((name) => name.endsWith('.yml')))('%s', async (name) => {
    const { understood } = await readInventory([path.join(INVENTORIES, name)], processEnvironment());
    if (understood === undefined) throw new Error(`${name} is no inventory`);
    const files = understood.directors.map((director) => ({
      file: `${director.name}.conf`,
      text: renderKeepalived(understood, director, () => 'eth0'),
    }));
    const { inventory, proof } = await adopted(files);
    expect(inventory).toContain(`name: ${understood.name}\n`);
    expect(proof.directors.flatMap(({ differences }) => differences)).toEqual([]);
  });
});

/** Checks as keepalived.conf has them; the last is none. */
const CHECKS = [
  'TCP_CHECK {\n connect_timeout 2\n }',
  'TCP_CHECK {\n retry 2\n connect_port 9999\n }',
  'HTTP_GET {\n url {\n path /a b\n status_code 200 301\n }\n url {\n path /\n }\n retry 1\n }',
  'MISC_CHECK {\n misc_path "/bin/check \'a b\' \\"c\\""\n }',
  'PING_CHECK {\n }',
  '',
];

const real = fc.record({
  host: fc.integer({ min: 20, max: 24 }),
  port: fc.constantFrom(80, 8080),
  weight: fc.integer({ min: 0, max: 3 }),
  check: fc.constantFrom(...CHECKS),
  extra: fc.constantFrom('', 'inhibit_on_failure', 'notify_down "/bin/down x"', 'uthreshold 100'),
});

const service = fc.record({
  vip: fc.integer({ min: 0, max: 1 }),
  port: fc.constantFrom(80, 443, 53),
  protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
  algo: fc.constantFrom('rr', 'wrr', 'sh', 'mh'),
  extra: fc.constantFrom(
    '',
    'persistence_timeout 600',
    'quorum 2\n hysteresis 1',
    'sorry_server 192.0.2.99 80',
    'alpha',
  ),
  reals: fc.uniqueArray(real, { minLength: 1, maxLength: 4, selector: ({ host, port }) => `${host} ${port}` }),
  same: fc.boolean(),
});

const cluster = fc.record({
  directors: fc.integer({ min: 1, max: 3 }),
  instances: fc.integer({ min: 1, max: 2 }),
  unicast: fc.boolean(),
  script: fc.boolean(),
  preempt: fc.boolean(),
  /** Keywords of one director alone. */
  own: fc.constantFrom(
    '',
    'garp_master_delay 7',
    'notify "/bin/n a" root',
    'advert_int 2',
    'track_interface {\n eth9\n }',
  ),
  excluded: fc.constantFrom('', '2001:db8::10', '192.0.2.40/24 dev eth0\n 2001:db8::11/64'),
  six: fc.boolean(),
  kind: fc.constantFrom('DR', 'NAT', 'TUN'),
  services: fc.uniqueArray(service, {
    maxLength: 4,
    selector: ({ vip, port, protocol }) => `${vip} ${port} ${protocol}`,
  }),
});

type Generated = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

function confOf(one: Generated, director: number): string {
  const instance = (index: number): string => {
    // The order of the second instance is the other way round.
    const place = index === 0 ? director : one.directors - 1 - director;
    const peers = Array.from({ length: one.directors }, (_, peer) => peer).filter((peer) => peer !== director);
    return `vrrp_instance VI_${index + 1} {
  state ${place === 0 && !one.preempt ? 'MASTER' : 'BACKUP'}
  interface eth${index}
  virtual_router_id ${60 + index}
  priority ${150 - 10 * place}
  ${one.preempt ? 'nopreempt' : ''}
  ${one.unicast && peers.length > 0 ? `unicast_src_ip 192.0.2.${director + 1}\n unicast_peer {\n${peers.map((peer) => `192.0.2.${peer + 1}\n`).join('')}}` : ''}
  ${one.script ? 'track_script {\n chk weight -5\n }' : ''}
  ${director === 0 ? one.own : ''}
  ${one.excluded === '' ? '' : `virtual_ipaddress_excluded {\n ${one.excluded}\n }`}
  virtual_ipaddress {
    ${one.six && index === 1 ? '2001:db8::77' : ''}
    192.0.2.${10 + 2 * index}
    192.0.2.${11 + 2 * index}/24 dev eth${index}
  }
}
`;
  };
  const services = one.services.map(
    ({ vip, port, protocol, algo, extra, reals, same }) => `virtual_server 192.0.2.${10 + vip} ${port} {
 lb_algo ${algo}
 lb_kind ${one.kind}
 protocol ${protocol}
 ${extra}
${reals
  .map(
    (each) => `real_server 192.0.2.${each.host} ${one.kind === 'NAT' ? each.port : port} {
 weight ${each.weight}
 ${each.extra}
 ${same ? (reals[0]?.check ?? '') : each.check}
}
`,
  )
  .filter((text, index, all) => all.findIndex((other) => other.split(' {')[0] === text.split(' {')[0]) === index)
  .join('')}}
`,
  );
  return [
    one.script ? 'vrrp_script chk {\n script "/bin/true"\n interval 2\n}\n' : '',
    ...Array.from({ length: one.instances }, (_, index) => instance(index)),
    ...services,
  ].join('');
}

it('clusters of every shape are adopted without a difference', async () => {
  await fc.assert(
    fc.asyncProperty(cluster, async (one) => {
      const files = Array.from({ length: one.directors }, (_, index) => ({
        file: `dr${index + 1}.conf`,
        text: confOf(one, index),
      }));
      const { inventory, proof } = await adopted(files);
      expect({
        inventory,
        differences: proof.directors.flatMap(({ differences }) => differences),
        // Rules judge the cluster; the schema takes whatever was written.
        refused: proof.diagnostics.filter(({ what }) => / must be | is not a key /.test(what)),
      }).toEqual({ inventory, differences: [], refused: [] });
    }),
    { numRuns: 100 },
  );
});
