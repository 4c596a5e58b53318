import { describe, expect, it } from 'vitest';
import { readConf } from '../../../src/keepalived/read-conf.ts';
import { contender, weightProblems } from '../../../src/lint/tracked-weights.ts';

interface Written {
  readonly priority: number;
  readonly lines?: string;
}

const SCRIPTS = [
  ['chk_web', 'weight -20'],
  ['chk_dns', 'weight -20'],
  ['chk_strong', 'weight -60'],
  ['chk_plus', 'weight 60'],
  ['chk_fault', ''],
]
  .map(([name, weight]) => `vrrp_script ${name} {\n script /bin/true\n ${weight}\n}\n`)
  .join('');

function confOf({ priority, lines = '' }: Written) {
  const text = `global_defs {
enable_script_security
}
${SCRIPTS}vrrp_instance VI_1 {
state BACKUP
interface eth0
virtual_router_id 51
priority ${priority}
virtual_ipaddress {
10.0.0.1
}
${lines}
}
`;
  const name = 'keepalived.conf';
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  const { understood } = readConf({ main: name, read }, { configId: undefined, hostname: '', tls: true });
  if (understood === undefined) throw new Error('the file was not understood');
  return understood;
}

const problems = (...directors: readonly Written[]): readonly string[] =>
  weightProblems(directors.flatMap((written, index) => contender(`dr${index + 1}`, confOf(written), 'VI_1') ?? [])).map(
    ({ what, hint }) => `${what} ${hint}`,
  );

const track = (...names: readonly string[]): string => `track_script {\n${names.join('\n')}\n}`;

describe('the weights of tracked items', () => {
  it.each([
    ['hand over alone', [{ priority: 100, lines: track('chk_strong') }, { priority: 50 }]],
    ['hand over by a lost bonus', [100, 50].map((priority) => ({ priority, lines: track('chk_plus') }))],
    ['are 0, so that a failure is a FAULT', [{ priority: 100, lines: track('chk_fault') }, { priority: 50 }]],
    ['belong to a backup', [{ priority: 100 }, { priority: 50, lines: track('chk_web') }]],
    ['belong to the only director', [{ priority: 100, lines: track('chk_web') }]],
  ])('pass when they %s', (_, directors) => {
    expect(problems(...directors)).toEqual([]);
  });

  it('are reported when the VIP stays where it is', () => {
    expect(problems({ priority: 100, lines: track('chk_web') }, { priority: 50 })).toEqual([
      'When chk_web fails on dr1, it has priority 80 and dr2 has 50. In no combination does it move the VIP. ' +
        'Set its weight to -51 or less, or choose priorities that are closer.',
    ]);
  });

  it('are reported when only several failures hand over', () => {
    expect(problems({ priority: 100, lines: track('chk_web', 'chk_dns') }, { priority: 70 })).toEqual(
      ['chk_web', 'chk_dns'].map(
        (name) =>
          `When ${name} fails on dr1, it has priority 80 and dr2 has 70. The VIP stays unless something else fails as well. ` +
          'Set its weight to -31 or less, or choose priorities that are closer.',
      ),
    );
  });

  it('are reported when they make two directors equal', () => {
    expect(problems({ priority: 100, lines: track('chk_web') }, { priority: 80 })).toEqual([
      'When chk_web fails on dr1, it has priority 80 and dr2 has 80 too: the higher address decides which one is master. ' +
        'Set its weight to -21 or less, or choose priorities that are closer.',
    ]);
  });

  it('are reported when the upper bound of priorities swallows them', () => {
    const lines = track('chk_plus');
    expect(problems({ priority: 254, lines }, { priority: 253, lines })).toEqual([
      'With its weights dr1 has the same priority as dr2, 254, while everything works. Priorities end at 254. ' +
        'Set lower priorities, further apart than the positive weights of the other director.',
    ]);
  });

  it('are reported under nopreempt, which keeps the VIP on a master of lower priority', () => {
    const lines = `nopreempt\n${track('chk_strong')}`;
    expect(problems({ priority: 100, lines }, { priority: 50, lines })).toEqual([
      'The weight of chk_strong never moves the VIP: dr2 has nopreempt, so it does not take over while dr1 advertises any priority. ' +
        'Use weight 0, which makes a failure a FAULT, or remove nopreempt.',
    ]);
  });

  it('count with the sign that reverse gives them', () => {
    expect(problems({ priority: 100, lines: track('chk_strong weight 60 reverse') }, { priority: 50 })).toEqual([]);
    expect(problems({ priority: 100, lines: track('chk_strong weight 20 reverse') }, { priority: 50 })).toEqual([
      'When chk_strong succeeds on dr1, it has priority 80 and dr2 has 50. In no combination does it move the VIP. ' +
        'Set its weight to 51 or beyond, or choose priorities that are closer.',
    ]);
  });

  it('of interfaces count as well', () => {
    expect(problems({ priority: 100, lines: 'track_interface {\neth1 weight -10\n}' }, { priority: 50 })).toEqual([
      expect.stringMatching(/^When interface eth1 fails on dr1, it has priority 90 and dr2 has 50\./),
    ]);
  });

  it('are weighed in time that grows with the items, beyond what is enumerated', () => {
    const lines = `track_interface {\n${Array.from({ length: 200 }, (_, index) => `eth${index + 1} weight -1`).join('\n')}\n}`;
    expect(problems({ priority: 254, lines }, { priority: 50 })).toHaveLength(200);
  });
});
