import { describe, expect, it } from 'vitest';
import type { Kind } from '../../../src/resources/kinds.ts';
import type { Role } from '../../../src/inventory/cluster.ts';
import { wavesOf } from '../../../src/plan/waves.ts';
import { changeOf } from './plan-changes.ts';

const on = (host: string, role: Role, kind: Kind) => changeOf({ host, role, kind, key: `${kind} of ${host}` });

const summaryOf = (...given: Parameters<typeof wavesOf>) =>
  wavesOf(...given).map(({ title, changes }) => [title, ...changes.map(({ key }) => key)]);

describe('the waves of a plan', () => {
  it('are real servers, then backups one at a time, then the master', () => {
    const everything = [
      on('dr1', 'director', 'packages'),
      on('dr1', 'director', 'module'),
      on('dr1', 'director', 'sysctl'),
      on('dr1', 'director', 'file'),
      on('dr1', 'director', 'service'),
      on('dr2', 'director', 'packages'),
      on('dr2', 'director', 'file'),
      on('dr3', 'director', 'address'),
      on('dr3', 'director', 'ipvs'),
      on('rs1', 'real-server', 'file'),
      on('rs1', 'real-server', 'address'),
      on('rs1', 'real-server', 'service'),
      on('c1', 'client', 'packages'),
    ];
    expect(summaryOf(everything, 'dr1')).toEqual([
      [
        'real servers, and packages everywhere',
        'packages of dr1',
        'module of dr1',
        'packages of dr2',
        'file of rs1',
        'address of rs1',
        'service of rs1',
        'packages of c1',
      ],
      ['backup director dr2', 'file of dr2'],
      ['backup director dr3', 'address of dr3', 'ipvs of dr3'],
      ['master director dr1', 'sysctl of dr1', 'file of dr1', 'service of dr1'],
    ]);
  });

  it('remove resources from real servers after the directors have changed', () => {
    const changes = [
      { ...on('rs1', 'real-server', 'obsolete'), late: true },
      on('rs1', 'real-server', 'file'),
      { ...on('dr1', 'director', 'obsolete'), late: true },
    ];
    expect(summaryOf(changes, 'dr1')).toEqual([
      ['real servers', 'file of rs1'],
      ['master director dr1', 'obsolete of dr1'],
      ['real servers, what directors no longer need', 'obsolete of rs1'],
    ]);
  });

  it('change the master last when it is not the first in the inventory', () => {
    const changes = ['dr1', 'dr2', 'dr3'].map((host) => on(host, 'director', 'file'));
    expect(wavesOf(changes, 'dr2').map(({ title }) => title)).toEqual([
      'backup director dr1',
      'backup director dr3',
      'master director dr2',
    ]);
  });

  it('change one director at a time without a known master', () => {
    const changes = ['dr1', 'dr2'].map((host) => on(host, 'director', 'file'));
    expect(wavesOf(changes, undefined).map(({ title }) => title)).toEqual([
      'backup director dr1',
      'backup director dr2',
    ]);
  });

  it('contain every change once, and none is empty', () => {
    const changes = [on('dr2', 'director', 'packages'), on('dr2', 'director', 'service')];
    const waves = wavesOf(changes, 'dr1');
    expect(waves.map(({ title }) => title)).toEqual(['packages', 'backup director dr2']);
    expect(waves.flatMap((wave) => wave.changes)).toEqual(changes);
  });

  it('are none when nothing changes', () => {
    expect(wavesOf([], 'dr1')).toEqual([]);
  });

  it('have a title for the first one', () => {
    expect(summaryOf([on('rs1', 'real-server', 'packages')], 'dr1')[0]?.[0]).toBe('real servers');
    expect(summaryOf([on('c1', 'client', 'packages')], 'dr1')[0]?.[0]).toBe('packages');
  });
});
