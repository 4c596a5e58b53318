import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from '../../src/remote/command.ts';
import { filesOf } from '../../src/render/files.ts';
import { LAB, lvsctl } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';
import { read } from '../unit/inventory/reading.ts';

/** The rendered files before the programs that read them, on a host that has these. */

const GOLDENS = path.join(import.meta.dirname, '..', 'fixtures', 'render');

/** Golden files of one name, by their path below the fixtures. */
function goldens(name: string): readonly (readonly [string, string])[] {
  return readdirSync(GOLDENS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(`/${name}`))
    .map((file) => [file.replaceAll('/', '_'), readFileSync(path.join(GOLDENS, file), 'utf8')] as const);
}

/** Runs a script on a host, in a folder that holds the files, and gives what it printed. */
async function judged(host: string, files: readonly (readonly [string, string])[], script: string): Promise<string> {
  const input = [
    'folder=$(mktemp -d) && cd "$folder" || exit 1',
    ...files.map(([name, text]) => `printf %s ${quote(text)} > ${quote(name)}`),
    script,
    'cd / && rm -rf "$folder"',
  ].join('\n');
  const { output, exitCode } = await lvsctl(['lab', 'exec', '--name', LAB, host, '--', 'sh', '-s'], { input });
  expect(exitCode).toBe(0);
  return output.trim();
}

/** keepalived asks the kernel for the interfaces, so it gets a namespace that has them. */
const CONFIG_TEST = `unshare --net sh -c '
for card in eth0 eth1; do ip link add $card type veth peer name far-$card; ip link set $card up; done
ip address add 192.168.168.100/16 dev eth0
for file in *; do
  said=$(keepalived --config-test --use-file "$file" 2>&1) || echo "$file: exit code $?"
  [ -z "$said" ] || echo "$file: $said"
done'`;

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
        notification_email: fc.array(
          text(`${letters}._%+=-`, 20).map((name) => `${name}@example.com`),
          { maxLength: 3 },
        ),
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
        authentication: fc.record({ auth_pass: text(`${letters}_.,:=/%^*?&+()@~<>|;$-`, 8) }),
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

describe('keepalived', () => {
  useCluster();

  it('takes every rendered configuration without a word', async () => {
    const files = goldens('keepalived.conf');
    expect(files.length).toBeGreaterThan(3);
    expect(await judged('dr1', files, CONFIG_TEST)).toBe('');
  });

  it('refuses what it does not know, so that its silence means something', async () => {
    const broken = [['broken.conf', 'vrrp_instance VI_1 {\n  no_such_word 1\n}\n']] as const;
    expect(await judged('dr1', broken, CONFIG_TEST)).toContain('no_such_word');
  });

  it('takes whatever lint lets pass', async () => {
    const files: (readonly [string, string])[] = [];
    const cases = fc.sample(inventory, { numRuns: 150, seed: 51 });
    for (const [index, { hosts, weights, preempt_delay, virtual_servers, vip, ...rest }] of cases.entries()) {
      const whole = {
        ...rest,
        vip,
        vrrp_instance:
          rest.vrrp_instance.nopreempt === true ? rest.vrrp_instance : { ...rest.vrrp_instance, preempt_delay },
        directors: hosts.slice(0, 2),
        real_servers: hosts.slice(2).map((address, place) => ({ address, ...weights[place] })),
        virtual_servers: virtual_servers?.map((server) => ({ vip: vip[0], ...server })),
      };
      const { cluster } = await read(JSON.stringify(whole));
      const director = cluster?.directors[index % 2];
      if (cluster === undefined || director === undefined) continue;
      const conf = filesOf(cluster, director, { interfaceOf: () => 'eth0' }).find(({ path: at }) =>
        at.endsWith('keepalived.conf'),
      );
      files.push([`${index}.conf`, conf?.text ?? '']);
    }
    expect(files.length).toBeGreaterThan(100);
    expect(await judged('dr1', files, CONFIG_TEST)).toBe('');
  });
});

describe('systemd', () => {
  it('takes the unit of lvs.dr.sh without a warning', async () => {
    const [unit] = goldens('lvs-dr.service');
    if (unit === undefined) throw new Error('there is no golden unit');
    const script = 'systemd-analyze verify --man=no ./lvs-dr.service 2>&1 | grep lvs-dr || :';
    expect(await judged('rs1', [['lvs-dr.service', unit[1]]], script)).toBe('');
  });
});
