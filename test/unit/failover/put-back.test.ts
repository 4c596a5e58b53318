import { describe, expect, it } from 'vitest';
import { parsePutBack } from '../../../src/failover/put-back.ts';

const nothing = { beganMs: undefined, undoneMs: undefined, undoneBy: 'lvsctl', refused: undefined, gone: false };

describe('the record of a host', () => {
  it('has the times of fault and undo, and what undid it', () => {
    expect(parsePutBack('began 1234.50\nundone timer 1243.25\n')).toEqual({
      ...nothing,
      beganMs: 1_234_500,
      undoneMs: 1_243_250,
      undoneBy: 'timer',
    });
  });

  it('is empty when nothing was broken', () => {
    expect(parsePutBack('')).toEqual(nothing);
  });

  it('reports a missing record, or why the fault did not begin', () => {
    expect(parsePutBack('gone\n')).toEqual({ ...nothing, gone: true });
    expect(parsePutBack('refused it came late\n')).toEqual({ ...nothing, refused: 'it came late' });
  });
});
