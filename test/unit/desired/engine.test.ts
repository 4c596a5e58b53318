import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/desired/engine.ts';

describe('the engine of a director', () => {
  it.each(['installed', 'mount', 'candidate', 'unread', 'none', undefined] as const)(
    'is what the inventory says, though the host has keepalived from: %s',
    (source) => {
      for (const runs of [undefined, 'keepalived', 'agent'] as const) {
        const offer = { source, localMount: '/mnt', runs };
        expect(chooseEngine('agent', offer).engine).toBe('agent');
        expect(chooseEngine('keepalived', offer).engine).toBe('keepalived');
      }
    },
  );

  it.each([
    ['installed', 'keepalived', 'it is installed'],
    ['mount', 'keepalived', '/mnt/Packages has it'],
    ['candidate', 'keepalived', "the host's lists of packages have it"],
    ['unread', 'keepalived', 'the package lists of the host have not been fetched yet'],
    [
      'none',
      'agent',
      "no package source has keepalived: /mnt/Packages does not hold it, and the host's lists of packages do not name it",
    ],
    [undefined, 'agent', 'the host has no supported package manager'],
  ] as const)('is left to a host that has it from %s: %s', (source, engine, because) => {
    const offer = { source, localMount: '/mnt/Packages', runs: undefined };
    expect(chooseEngine('auto', offer)).toEqual({ engine, because, runs: undefined });
  });

  it.each(['installed', 'mount', 'candidate', 'unread'] as const)(
    'stays the agent where that runs, though keepalived appears: %s',
    (source) => {
      expect(chooseEngine('auto', { source, localMount: '/mnt', runs: 'agent' })).toEqual({
        engine: 'agent',
        because: 'already running, and a change would disrupt traffic; set `engine: keepalived` to change',
        runs: 'agent',
      });
    },
  );
});
