import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/desired/engine.ts';

describe('the engine of a director', () => {
  it.each(['installed', 'mount', 'candidate', 'unread', 'none', undefined] as const)(
    'is what the inventory says, though the host has keepalived from: %s',
    (source) => {
      expect(chooseEngine('agent', source, '/mnt').engine).toBe('agent');
      expect(chooseEngine('keepalived', source, '/mnt').engine).toBe('keepalived');
    },
  );

  it.each([
    ['installed', 'keepalived', 'it is installed'],
    ['mount', 'keepalived', '/mnt/Packages has it'],
    ['candidate', 'keepalived', "the host's lists of packages have it"],
    ['unread', 'keepalived', 'the host has sources of packages that it has not read yet'],
    [
      'none',
      'agent',
      "no source of packages has keepalived: /mnt/Packages does not hold it, and the host's lists of packages do not name it",
    ],
    [undefined, 'agent', 'the host has no package manager that lvsctl knows'],
  ] as const)('is left to a host that has it from %s: %s', (source, engine, because) => {
    expect(chooseEngine('auto', source, '/mnt/Packages')).toEqual({ engine, because });
  });
});
