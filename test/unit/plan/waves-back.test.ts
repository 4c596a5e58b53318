import { expect, it } from 'vitest';
import { wavesBack } from '../../../src/plan/waves-back.ts';
import { changeOf } from '../apply/changes.ts';

const titles = (changes: Parameters<typeof wavesBack>[0], master?: string) =>
  wavesBack(changes, master).map((wave) => [wave.title, wave.changes.map(({ host }) => host).join(' ')]);

it('stops directors before real servers, the master last, and forgets when all is done', () => {
  const director = (host: string) => changeOf({ host, role: 'director', kind: 'former-service', key: 'a.service' });
  const own = (host: string) => changeOf({ host, kind: 'own-folder', key: 'own-folder' });
  expect(
    titles(
      [director('dr1'), director('dr2'), director('dr3'), changeOf({ host: 'rs1' }), own('dr1'), own('rs1')],
      'dr2',
    ),
  ).toEqual([
    ['backup directors', 'dr1 dr3'],
    ['master director', 'dr2'],
    ['real servers and client', 'rs1'],
    ['what lvsctl keeps for itself', 'dr1 rs1'],
  ]);
});

it('has no wave without changes', () => {
  expect(titles([])).toEqual([]);
});
