import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableOf } from '../../../src/desired/kernel-table.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { type CondensedServer, condensedServers } from '../../../src/render/condensed.ts';
import { type RenderedConf, readRendered } from '../../../src/render/rendered-conf.ts';
import { read } from '../inventory/reading.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/inventories/', import.meta.url));

function uncondensed({ virtualServers }: Cluster): readonly CondensedServer[] {
  return virtualServers.map((server) => ({ server, written: server, kept: [...server.pool.keys()], forms: [] }));
}

async function clusterOf(text: string): Promise<Cluster> {
  const { understood } = await read(text);
  if (understood === undefined) throw new Error('the inventory is not understood');
  return understood;
}

/** Lines of the condensed file and the same of the whole one. */
function linePairs(short: RenderedConf, whole: RenderedConf): readonly (readonly [string, string | undefined])[] {
  return short.lines.map(({ text }, index) => [text, whole.lines[short.lineInFile(index + 1) - 1]?.text]);
}

/** The first real server has the weights of those that are left out. */
const isWeight = (text: string): boolean => /^ +weight /.test(text);

function compare(cluster: Cluster): void {
  for (const director of cluster.directors) {
    const short = readRendered(cluster, director);
    const whole = readRendered(cluster, director, uncondensed(cluster));
    expect(tableOf(short)).toEqual(tableOf(whole));
    for (const [text, inFile] of linePairs(short, whole)) if (!isWeight(text)) expect(inFile).toBe(text);
    const texts = ({ diagnostics }: RenderedConf) => diagnostics.map(({ text }) => text);
    expect(texts(whole)).toEqual(expect.arrayContaining([...texts(short)]));
  }
}

/** Services of one pool whose settings meet in every way. */
function inventory(services: readonly Service[], servers: readonly string[], top: string): string {
  return [
    'vip: [192.168.168.12, 192.168.168.13]',
    'directors: [192.168.168.7, 192.168.168.8]',
    'real_servers:',
    ...servers.map((own, index) => `  - {address: 192.168.168.${20 + index}${own}}`),
    'virtual_servers:',
    ...services.map(({ vip, port, own }) => `  - {vip: 192.168.168.${vip}, port: ${port}${own}}`),
    top,
  ].join('\n');
}

interface Service {
  readonly vip: number;
  readonly port: number;
  readonly own: string;
}

const services = fc.uniqueArray(
  fc.record({
    vip: fc.constantFrom(12, 13),
    port: fc.constantFrom(80, 81, 443, 5000),
    own: fc.constantFrom(
      '',
      '',
      ', lb_kind: TUN',
      ', persistence_timeout: 80',
      ', quorum: 4',
      ', quorum: 4, hysteresis: 2',
      ', tcp_check: {connect_port: 80}',
      ', tcp_check: {connect_ip: 192.168.168.21}',
      ', check: http /health',
      ', misc_check: {misc_path: /bin/true}',
      ', sorry_server: 192.168.168.22 81',
      ', protocol: UDP',
      ', pool: [rs1, rs3]',
      ', pool: [{name: rs2, weight: 7}, rs1]',
      ', raw: "alpha"',
      ', raw: "$LIMIT=9"',
      ', raw: "real_server 192.168.168.99 80 {\\n}"',
    ),
  }),
  { selector: ({ vip, port, own }) => `${vip} ${port} ${own.includes('UDP')}`, minLength: 1, maxLength: 6 },
);
const server = fc.constantFrom(
  '',
  '',
  '',
  ', weight: 3',
  ', weight: 0',
  ', uthreshold: 5',
  ', raw: "weight 4"',
  ', raw: "uthreshold $LIMIT"',
  ', tcp_check: {connect_port: 80}',
  ', tcp_check: {connect_ip: 192.168.168.21}',
);
const top = fc.constantFrom('', '', 'raw: "$LIMIT=8"', 'raw: "vrrp_script s {\\nscript /bin/true\\n}"');

describe('a condensed keepalived.conf', () => {
  it.each(readdirSync(fixtures))('of %s is read as the whole one', async (file) => {
    compare(await clusterOf(readFileSync(`${fixtures}${file}`, 'utf8')));
  });

  it('has the table and the lines of the whole one, whatever the services have in common', async () => {
    await fc.assert(
      fc.asyncProperty(services, fc.array(server, { minLength: 3, maxLength: 5 }), top, async (some, servers, more) => {
        compare(await clusterOf(inventory(some, servers, more)));
      }),
    );
  });

  const same = (count: number): readonly Service[] =>
    Array.from({ length: count }, (_, index) => ({ vip: 12, port: 1000 + index, own: '' }));

  it.each([
    ['a port that is written out', ['', '', ''], ', tcp_check: {connect_port: 1000}'],
    ['an address that is written out', ['', '', ''], ', tcp_check: {connect_ip: 192.168.168.20}'],
    ['a definition that changes', ['', ', raw: "$LIMIT=9"', ''], ', raw: "uthreshold $LIMIT"'],
    ['a weight in a raw block', ['', ', quorum: 4', ''], ', raw: "weight 2"'],
  ])('is read as the whole one with %s', async (_what, own, ofServer) => {
    const some = own.map((one, index) => ({ vip: 12, port: 1000 + index, own: one }));
    compare(await clusterOf(inventory(some, ['', ofServer, ofServer, ''], '')));
  });

  it('has one real server of each service where all are alike', async () => {
    const condensed = condensedServers(await clusterOf(inventory(same(20), Array(50).fill(''), '')));
    expect(condensed.map(({ kept }) => kept.length)).toEqual(Array(20).fill(1));
  });

  it('has a real server with a key of its own once, and the sum of the weights in each service', async () => {
    const condensed = condensedServers(await clusterOf(inventory(same(2), ['', ', uthreshold: 5', '', ''], '')));
    expect(condensed.map(({ kept }) => kept)).toEqual([[0, 1], [0]]);
    expect(condensed.map(({ written }) => written.pool.map(({ weight }) => weight))).toEqual([[3, 1], [4]]);
  });
});
