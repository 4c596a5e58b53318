import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesOf } from '../../../src/render/files.ts';
import { read } from '../inventory/reading.ts';

/** Whatever the schema and the rules let pass, keepalived takes without a word. Raw blocks are the user's own. */

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
const namespaces = process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'true']).status === 0;

const host = fc.integer({ min: 20, max: 200 }).map((number) => `192.168.168.${number}`);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const ends = (min: number, max: number) => fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
const text = (signs: string, max: number) =>
  fc.string({ unit: fc.constantFrom(...signs.split('')), minLength: 1, maxLength: max });
const letters = 'abcXYZ019';
const check = fc.record(
  { connect_timeout: ends(1, 3600), nb_get_retry: ends(0, 100), delay_before_retry: ends(0, 3600) },
  { requiredKeys: [] },
);
const word = fc.tuple(text(letters, 1), text(`${letters}_.:-`, 15)).map((parts) => parts.join(''));

const inventory = fc.record(
  {
    vip: fc.uniqueArray(ends(1, 19), { minLength: 1, maxLength: 5 }).map((all) => all.map((n) => `192.168.168.${n}`)),
    global_defs: fc.record(
      {
        notification_email: fc.array(text(`${letters}._%+=-`, 20).map((name) => `${name}@example.com`), { maxLength: 3 }),
        notification_email_from: text(`${letters}._%+=-`, 20).map((name) => `${name}@a.b-c.example`),
        smtp_server: fc.constantFrom('127.0.0.1', '192.0.2.1 2525'),
        smtp_connect_timeout: ends(1, 3600),
        router_id: word,
      },
      { requiredKeys: [] },
    ),
    vrrp_instance: fc.record(
      {
        name: word,
        virtual_router_id: ends(1, 255),
        advert_int: ends(1, 255),
        nopreempt: fc.boolean(),
        authentication: fc.record({ auth_pass: text(`${letters}_.,:=/%^*?&+()@-`, 8) }),
      },
      { requiredKeys: [] },
    ),
    virtual_servers: optional(
      fc.uniqueArray(
        fc.record(
          {
            port: ends(1, 65_535),
            delay_loop: ends(1, 86_400),
            lb_algo: fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'sh', 'dh', 'mh', 'sed', 'nq', 'lblc', 'lblcr'),
            nat_mask: fc.constant('255.255.255.0'),
            persistence_timeout: ends(1, 2_678_400),
            tcp_check: check,
          },
          { requiredKeys: [] },
        ),
        { minLength: 1, maxLength: 3, selector: ({ port }) => port ?? 80 },
      ),
    ),
    hosts: fc.uniqueArray(host, { minLength: 3, maxLength: 8 }),
    weights: fc.array(fc.record({ weight: ends(0, 65_535), tcp_check: check }, { requiredKeys: [] }), { maxLength: 8 }),
    preempt_delay: optional(ends(0, 1000)),
  },
  { noNullPrototype: true },
);

describe.skipIf(!has('keepalived') || !namespaces)('keepalived of this machine', { timeout: 120_000 }, () => {
  it('takes whatever lint lets pass', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keepalived-'));
    let passed = 0;
    try {
      const cases = fc.sample(inventory, { numRuns: 150, seed: 51 });
      for (const [index, { hosts, weights, preempt_delay, virtual_servers, vip, ...rest }] of cases.entries()) {
        const whole = {
          ...rest,
          vip,
          vrrp_instance: rest.vrrp_instance.nopreempt === true ? rest.vrrp_instance : { ...rest.vrrp_instance, preempt_delay },
          directors: hosts.slice(0, 2),
          real_servers: hosts.slice(2).map((address, place) => ({ address, ...weights[place] })),
          virtual_servers: virtual_servers?.map((server) => ({ vip: vip[0], ...server })),
        };
        const { cluster } = await read(JSON.stringify(whole));
        const director = cluster?.directors[index % 2];
        if (cluster === undefined || director === undefined) continue;
        passed += 1;
        const files = filesOf(cluster, director, { interface: 'eth0' });
        const conf = files.find(({ path }) => path.endsWith('keepalived.conf'));
        writeFileSync(join(folder, `${index}.conf`), conf?.text ?? '');
      }
      const script = `
ip link add eth0 type veth peer name far; ip link set eth0 up; ip address add 192.168.168.100/24 dev eth0
for file in "$1"/*; do
  said=$(keepalived --config-test --use-file "$file" 2>&1) || { cat "$file"; echo "status $?"; }
  [ -z "$said" ] || echo "$said"
done`;
      const result = spawnSync('unshare', ['--net', 'sh', '-c', script, 'sh', folder], { encoding: 'utf8' });
      expect(result.stdout + result.stderr).toBe('');
      expect(passed).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
