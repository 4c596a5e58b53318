import { describe, expect, it } from 'vitest';
import { script, type ScriptWant } from '../../../src/resources/script.ts';

const want: ScriptWant = { kind: 'script', path: '/usr/local/sbin/lvs.nat.sh', unit: 'lvs-nat.service' };

describe('what a script has set up', () => {
  const own = script.diff(want, ['lvs.nat.sh: stopped']);

  it('is not set up twice where its unit starts or its file changes', () => {
    expect(own?.fields).toEqual([{ name: 'status', before: 'stopped', after: 'running' }]);
    expect(script.dependsOn?.(want)).toEqual(['lvs-nat.service', '/usr/local/sbin/lvs.nat.sh']);
    expect(script.followUp?.(want, own, new Set())).toBe(own);
    expect(script.followUp?.(want, own, new Set(['lvs-nat.service']))).toBeUndefined();
  });

  it('has its own key beside that of its file', () => {
    expect(script.key(want)).toBe('lvs.nat.sh');
  });

  it('is reported within bounds', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `|line ${index}`);
    expect(script.parse(`/a/lvs.nat.sh\n${lines.join('\n')}\n`).get('lvs.nat.sh')).toHaveLength(20);
  });
});
