import { describe, expect, it } from 'vitest';
import { selinuxBooleans } from '../../../src/desired/selinux.ts';
import type { Entry } from '../../../src/keepalived/write.ts';
import { clusterWith } from '../verify/evidence.ts';

const check = (keyword: string, port?: number): Entry => ({
  keyword,
  words: [],
  block: port === undefined ? [] : [{ keyword: 'connect_port', words: [String(port)] }],
});

async function wantsFor(entry: Entry, engine: 'keepalived' | 'agent' = 'keepalived', given = {}) {
  const cluster = await clusterWith(given);
  const [dr1] = cluster.directors;
  if (dr1 === undefined) throw new Error('no director');
  const virtualServers = cluster.virtualServers.map((server) => ({
    ...server,
    pool: server.pool.map((member) => ({ ...member, conf: [entry] })),
  }));
  return selinuxBooleans({ ...cluster, virtualServers }, dr1, engine).map(({ name, value }) => `${name} ${value}`);
}

const ON = ['keepalived_connect_any on'];

describe('the booleans of SELinux on a director', () => {
  it.each<readonly [string, Entry, 'keepalived' | 'agent', readonly string[]]>([
    ['are none for checks on ports that the policy allows', check('HTTP_GET'), 'keepalived', []],
    ['are none for checks of mail', check('SMTP_CHECK', 25), 'keepalived', []],
    ['let keepalived connect to other ports', check('TCP_CHECK', 8081), 'keepalived', ON],
    ['are none for the agent', check('TCP_CHECK', 8081), 'agent', []],
    ['are none for datagrams', check('UDP_CHECK', 5353), 'keepalived', []],
    ['are none for scripts', check('MISC_CHECK'), 'keepalived', []],
  ])('%s', async (_name, entry, engine, expected) => {
    expect(await wantsFor(entry, engine)).toEqual(expected);
  });

  it('are none for a service of other directors', async () => {
    expect(await wantsFor(check('TCP_CHECK', 8081), 'keepalived', { directors: ['dr2'] })).toEqual([]);
  });
});
