import { afterEach, describe, expect, it } from 'vitest';
import { type Engine, eventually, startRouter } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// Files with mistakes that keepalived runs without what is wrong: the agent runs them as well, and comes to the same
// addresses. Where keepalived does not start, the agent does not.

const ADDRESSES = ['10.77.0.91', '10.77.0.92', '10.77.0.93'];

const router = (...lines: readonly string[]) =>
  ['vrrp_instance V {', '  interface eth0', '  virtual_router_id 7', ...lines.map((line) => `  ${line}`), '}'].join(
    '\n',
  );
const addresses = (...all: readonly string[]) => ['virtual_ipaddress {', ...all.map((one) => `  ${one}`), '}'];
const USUAL = addresses('10.77.0.91/24');

const RUN: readonly (readonly [string, string])[] = [
  ['an unknown keyword in an instance', router('lvs_sync_daemon_inteface eth0', ...USUAL)],
  ['an unknown block at the top', `vrrp_instnace W {\n  priority 5\n}\n${router(...USUAL)}`],
  ['a state in small letters', router('state master', ...USUAL)],
  ['a priority out of range', router('priority 300', ...USUAL)],
  ['a wrong priority behind a good one', router('priority 200', 'priority 300', ...USUAL)],
  ['a nat_mask of old files', `global_defs {\n  nat_mask 255.255.255.0\n}\n${router(...USUAL)}`],
  ['an address that is none', router(...addresses('10.77.0.91/24', '10.77.0.999', '10.77.0.92/24'))],
  ['addresses of both families', router(...addresses('10.77.0.91/24', 'fd00::91/64'))],
  ['an address with an unknown word', router(...addresses('10.77.0.91/24 wrong', '10.77.0.92/24'))],
  ['a script that is not there', router('track_script {', '  nothing', '}', ...USUAL)],
  [
    'scripts without script security',
    `vrrp_script probe {\n  script "/bin/true"\n  user root\n}\n${router('track_script {', '  probe', '}', ...USUAL)}`,
  ],
  [
    'a password that is too long',
    router('authentication {', '  auth_type PASS', '  auth_pass secrets-and-more', '}', ...USUAL),
  ],
  ['an advert_int with a fraction', router('advert_int 1.4', ...USUAL)],
  [
    'two instances of one name',
    `${router(...USUAL)}\n${router(...addresses('10.77.0.92/24')).replace('id 7', 'id 8')}`,
  ],
  [
    'a group with an instance that is not there',
    `vrrp_sync_group G {\n  group {\n    V\n    W\n  }\n}\n${router(...USUAL)}`,
  ],
  ['a multicast group that is none', router('mcast_dst_ip 10.77.0.5', ...USUAL)],
  ['a brace too many', `${router(...USUAL)}\n}`],
  ['a block without an end', router(...USUAL).slice(0, -2)],
  ['its own address among its peers', router('unicast_peer {', '  10.77.0.1', '  10.77.0.2', '}', ...USUAL)],
];

const NOT_RUN: readonly (readonly [string, string])[] = [
  ['an instance without a number', router(...USUAL).replace('virtual_router_id 7', '')],
  ['a number out of range', router(...USUAL).replace('id 7', 'id 700')],
  ['an instance without an interface', router(...USUAL).replace('interface eth0', '')],
  ['an instance on lo', router(...USUAL).replace('eth0', 'lo')],
  ['two instances of one number', `${router(...USUAL)}\n${router(...addresses('10.77.0.92/24')).replace('V', 'W')}`],
  ['a keyword without its value', router('priority', ...USUAL)],
];

const open = new Set<Segment>();
afterEach(() => Promise.all([...open].map(close)));

function openOne(): Segment {
  const segment = openSegment(['a']);
  open.add(segment);
  return segment;
}

async function close(segment: Segment): Promise<void> {
  open.delete(segment);
  await segment.close();
}

/** The addresses that a router alone on its segment comes to. */
async function held(engine: Engine, text: string): Promise<readonly string[]> {
  const at = openOne();
  const { program, status } = startRouter(at, 'a', engine, text);
  await eventually(
    `${engine} is master: ${program.output()}`,
    () => at.holds('a', ADDRESSES[0] ?? '') || at.holds('a', ADDRESSES[1] ?? ''),
    20_000,
  );
  const all = ADDRESSES.filter((address) => at.holds('a', address));
  if (engine === 'agent' && !text.includes('10.77.0.2\n'))
    expect(status()).toMatchObject({ configuration: { ignored: [expect.anything()] } });
  await close(at);
  return all;
}

async function end(engine: Engine, text: string): Promise<number | null> {
  const at = openOne();
  const code = await startRouter(at, 'a', engine, text).program.ended;
  await close(at);
  return code;
}

describe('a file that keepalived runs without what is wrong', () => {
  it.each(RUN)('%s', async (_, text) => {
    const [agent, keepalived] = await Promise.all([held('agent', text), held('keepalived', text)]);
    expect(agent).toEqual(keepalived);
  });
});

describe('a file that keepalived does not start with', () => {
  it.each(NOT_RUN)('%s', async (_, text) => {
    const ended = await Promise.all([end('agent', text), end('keepalived', text)]);
    expect(ended).toEqual([expect.any(Number), expect.any(Number)]);
    expect(ended[0]).not.toBe(0);
  });
});

describe('a reload with a file that keepalived runs without what is wrong', () => {
  const first = router(...addresses('10.77.0.91/24'));
  const second = router('no_such_word 5', 'priority 300', ...addresses('10.77.0.91/24', '10.77.0.92/24', 'wrong'));

  it.each(['agent', 'keepalived'] as const)('is taken by %s', async (engine) => {
    const at = openOne();
    const { program, reload, status } = startRouter(at, 'a', engine, first);
    const holds = (address: string) => eventually(program.output(), () => at.holds('a', address), 20_000);
    await holds('10.77.0.91');
    reload(second);
    await holds('10.77.0.92');
    expect(at.holds('a', '10.77.0.91')).toBe(true);
    if (engine === 'agent') {
      const wrong = ['no_such_word', 'priority', 'wrong'].map((word) => expect.stringContaining(word));
      expect(status()).toMatchObject({ configuration: { ignored: wrong, reload: { accepted: true, said: wrong } } });
      for (const word of ['no_such_word', 'priority takes', "'wrong'"])
        await eventually(`${word} is in the journal`, () => program.output().includes(word), 10_000);
      reload(first);
      await eventually('what was wrong is gone', () => !at.holds('a', '10.77.0.92'), 20_000);
      expect(status()).toMatchObject({ configuration: { ignored: [], reload: { accepted: true, said: [] } } });
    }
    await close(at);
  });
});
