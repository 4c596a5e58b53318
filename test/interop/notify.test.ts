import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { globals, SERIES, type Series } from '../support/notify-series.ts';
import { eventually, instance, startRouter, type Engine, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// Notify scripts and readers of vrrp_notify_fifo must get the same from the agent and keepalived: each series of events
// runs with both.

interface Observed {
  readonly fifo: readonly string[];
  /** The arguments of each call, unordered as scripts run concurrently. */
  readonly calls: readonly string[];
  /** Distinct combinations of user, directory, locale, standard input and signals. */
  readonly surroundings: readonly string[];
}

/** Written by the test after all other lines. */
const END = 'the end';

beforeAll(() => void vi.stubEnv('TZ', 'Asia/Kathmandu').stubEnv('LC_TIME', 'C'));
afterAll(() => void vi.unstubAllEnvs());

describe.concurrent.each(SERIES)('$name', (series) => {
  it('reports the same to scripts and FIFO readers as keepalived', async () => {
    const [agent, keepalived] = await Promise.all([live('agent', series), live('keepalived', series)]);
    expect(agent).toEqual(keepalived);
    expect(agent.calls.length).toBeGreaterThan(2);
    expect(agent.surroundings).toHaveLength(1);
  });
});

async function live(engine: Engine, { conf, steps }: Series): Promise<Observed> {
  const segment = openSegment(['a', 'b']);
  try {
    const at = (name: string): string => path.join(segment.folder, name);
    prepare(segment);
    // Opened for writing too, so that it does not end with the first writer.
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
      await eventually(`the FIFO of ${engine} has ${until}`, () =>
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
  // Each line is a single write, because scripts run concurrently.
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

/** The order of sync group members is random, also in keepalived; the group's own line comes last. */
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
