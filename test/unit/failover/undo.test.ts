import { describe, expect, test } from 'vitest';
import { parsePutBack } from '../../../src/failover/undo.ts';

describe('what the host noted', () => {
  test('when it was broken and put back, and by whom', () => {
    expect(parsePutBack('began 1795377777.250000000\nundone timer 1795377785.500000000\n')).toEqual({
      beganMs: 1_795_377_777_250,
      undoneMs: 1_795_377_785_500,
      undoneBy: 'timer',
    });
  });

  test('by whom, on a host that cannot tell the time finely', () => {
    expect(parsePutBack('began 1795377777.%N\nundone itself 1795377785.%N\n')).toEqual({
      beganMs: undefined,
      undoneMs: undefined,
      undoneBy: 'itself',
    });
  });

  test('nothing, when nothing was broken', () => {
    expect(parsePutBack('')).toEqual({ beganMs: undefined, undoneMs: undefined, undoneBy: 'lvsctl' });
  });
});
