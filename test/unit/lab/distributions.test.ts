import { describe, expect, it } from 'vitest';
import { ARTICLE } from '../../../src/lab/article.ts';
import { chooseDistributions, readChoices, withoutBase } from '../../../src/lab/distributions/choice.ts';
import { templatesDigest } from '../../../src/lab/templates.ts';
import { DISTRIBUTIONS, baseDistribution } from '../../../src/lab/distributions/distributions.ts';

const choose = (text: string): unknown => chooseDistributions(readChoices(text), ARTICLE);

describe('the distribution of a host', () => {
  it.each([
    ['', {}],
    ['dr1=debian13', { dr1: 'debian13' }],
    [' dr1 = debian13 , rs1=debian11,', { dr1: 'debian13', rs1: 'debian11' }],
    ['directors=debian13', { dr1: 'debian13', dr2: 'debian13' }],
    ['real_servers=debian13', { rs1: 'debian13', rs2: 'debian13' }],
    ['dr1=debian11,dr1=debian13', { dr1: 'debian13' }],
    // The nearest wins, whatever the order.
    [
      'dr1=debian11,directors=debian12,all=debian13',
      {
        dr1: 'debian11',
        dr2: 'debian12',
        rs1: 'debian13',
        rs2: 'debian13',
        c1: 'debian13',
      },
    ],
  ])('is chosen by `%s`', (text, expected) => {
    expect(choose(text)).toEqual(expected);
  });

  it('is refused with all mistakes at once', () => {
    expect(() => choose('dr3=debian13,dr1=redhat6,rs1,rs2=')).toThrow(
      expect.objectContaining({
        code: 'lab',
        message:
          "--distro: the lab has no host or group 'dr3'; unknown distribution 'redhat6'; 'rs1' has no distribution; 'rs2' has no distribution",
        detail: {
          hint: `Use HOST=DISTRIBUTION. Hosts: dr1, dr2, rs1, rs2, c1, all, directors, real_servers. Distributions: ${DISTRIBUTIONS.map(({ id }) => id).join(', ')}.`,
        },
      }),
    );
  });

  it('is the release of this machine unless chosen', () => {
    expect(baseDistribution('trixie')).toBe('debian13');
    expect(baseDistribution('forky')).toBe('debian-forky');
    expect(withoutBase({ dr1: 'debian12', rs1: 'debian13' }, 'debian12')).toEqual({ rs1: 'debian13' });
  });

  it('has a name of its own, and scripts that exist', () => {
    const ids = DISTRIBUTIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { setup } of DISTRIBUTIONS)
      for (const script of setup) expect(templatesDigest([script])).toMatch(/^[0-9a-f]{64}$/);
  });
});
