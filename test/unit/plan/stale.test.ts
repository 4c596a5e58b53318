import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { movedSince } from '../../../src/plan/stale.ts';
import { changeOf, planWith } from './plan-changes.ts';

const value = (host: string, before: string) =>
  changeOf({ host, kind: 'sysctl', key: 'a', fields: [{ name: 'value', before, after: '1' }] });

describe('a plan that was made before', () => {
  it('is valid when the same changes would be planned now', () => {
    expect(movedSince(planWith(value('dr1', '0')), planWith(value('dr1', '0')))).toEqual([]);
    expect(movedSince(planWith(), planWith())).toEqual([]);
  });

  it('is stale for a host with another value, even if both are wrong', () => {
    expect(
      movedSince(planWith(value('dr1', '0'), value('dr2', '0')), planWith(value('dr1', '2'), value('dr2', '0'))),
    ).toEqual(['dr1']);
  });

  it('is stale for a host that needs changes only now, or no longer', () => {
    expect(movedSince(planWith(value('dr1', '0')), planWith(value('dr2', '0'))).toSorted()).toEqual(['dr1', 'dr2']);
  });

  it('is stale for a host that is unreadable now', () => {
    const now = { ...planWith(), unreadable: [{ host: 'rs1', failure: new Failure('timeout', 'rs1: no answer') }] };
    expect(movedSince(planWith(), now)).toEqual(['rs1']);
  });

  it('is not stale because another director has become master: the changes are the same', () => {
    const changes = [value('dr1', '0'), value('dr2', '0')];
    const now = { ...planWith(...changes), waves: planWith(...changes.toReversed()).waves };
    expect(movedSince(planWith(...changes), now)).toEqual([]);
  });
});
