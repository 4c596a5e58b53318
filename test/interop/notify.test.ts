import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { globals, SERIES, type Series } from '../support/notify-series.ts';
import { eventually, instance, startRouter, type Engine, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// What notify scripts are called with, and what a reader of vrrp_notify_fifo reads, is the same from the agent and from
// keepalived: each series of things that happen is lived through with both.

interface Told {
  readonly fifo: readonly string[];
  /** The arguments of each call. Scripts run side by side, so that their order says nothing. */
  readonly calls: readonly string[];
  /** User, folder, locale, standard input and signals; one line where all calls had the same. */
  readonly surroundings: readonly string[];
}

/** A line of the test's own, behind all others. */
const END = 'the end';

beforeAll(() => void vi.stubEnv('TZ', 'Asia/Kathmandu').stubEnv('LC_TIME', 'C'));
afterAll(() => void vi.unstubAllEnvs());

describe.concurrent.each(SERIES)('$name', (series) => {
  test('scripts and the reader of the FIFO are told the same by the agent and by keepalived', async () => {
    const [agent, keepalived] = await Promise.all([live('agent', series), live('keepalived', series)]);
    expect(agent).toEqual(keepalived);
    expect(agent.calls.length).toBeGreaterThan(2);
    expect(agent.surroundings).toHaveLength(1);
  });
});

async function live(engine: Engine, { conf, steps }: Series): Promise<Told> {
  const segment = openSegment(['a', 'b']);
  try {
    const at = (name: string): string => path.join(segment.folder, name);
    prepare(segment);
    // Open for writing too, so that it does not end with the first writer.
    const reader = segment.start('a', 'sh', '-c', `exec cat <>${at('fifo')}`);
    const router = startRouter(segment, 'a', engine, globals(segment) + conf(at('notify.sh')));
    let peer: Router | undefined;
    const startPeer = (): void => {
      const better = { version: 3, priority: 200, advertInt: 0.2, addresses: ['10.77.0.99'] } as const;
      peer = startRouter(segment, 'b', 'agent', instance(better));
    };
    for (const { act, until } of steps) {
      const before = reader.output().length;
      await act({ segment, router, startPeer, stopPeer: async () => peer?.stop() });
      await eventually(`the FIFO of the ${engine} says ${until}`, () =>
        reader.output().slice(before).includes(`${until}\n`),
      );
    }
    await router.stop();
    await eventually('all scripts have ended', () => processes(segment).every((pid) => pid === reader.pid));
    appendFileSync(at('fifo'), `${END}\n`);
    await eventually('all lines were read', () => reader.output().includes(END));
    return {
      fifo: inGroups(lines(reader.output())),
      calls: lines(readFileSync(at('calls'), 'utf8')).toSorted(),
      surroundings: [...new Set(lines(readFileSync(at('surroundings'), 'utf8')))],
    };
  } finally {
    await segment.close();
  }
}

function prepare(segment: Segment): void {
  const at = (name: string): string => path.join(segment.folder, name);
  segment.run('a', 'ip', 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'eth2');
  segment.run('a', 'ip', 'link', 'set', 'eth2', 'up');
  segment.run('a', 'ip', 'addr', 'add', '10.77.1.1/24', 'dev', 'eth1');
  // Each line is one write, because scripts run side by side.
  const script = `#!/bin/sh
signals=$(grep -E '^Sig(Blk|Ign):' /proc/$$/status | tr -s '\\t\\n' ' ')
echo "$(id) $(pwd) $TZ $LANG $LC_TIME $(readlink /proc/$$/fd/0) $signals" >>${at('surroundings')}
call=
for word; do call="$call[$word]"; done
echo "$call" >>${at('calls')}
`;
  writeFileSync(at('notify.sh'), script);
  chmodSync(at('notify.sh'), 0o755);
  execFileSync('mkfifo', ['-m', '600', at('fifo')]);
}

function processes(segment: Segment): readonly number[] {
  const { stdout } = spawnSync('ip', ['netns', 'pids', segment.namespace('a')], { encoding: 'utf8' });
  return lines(stdout).map(Number);
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Which member of a sync group goes first is by chance, with keepalived too; the group's own line comes after them. */
function inGroups(fifo: readonly string[]): readonly string[] {
  const sorted: string[] = [];
  let members: string[] = [];
  for (const line of fifo) {
    if (!line.startsWith('GROUP')) members.push(line);
    else {
      sorted.push(...members.toSorted(), line);
      members = [];
    }
  }
  return [...sorted, ...members];
}
