import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture, type Capture } from '../support/capture.ts';
import { sendAdvert, type RawAdvert } from '../support/raw-advert.ts';
import { eventually, instance, startRouter, type Engine, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// A third host sends adverts of the highest priority. A valid one must silence the master, an invalid one must not.
// Each case also runs with keepalived as a reference.

const GOOD: Record<2 | 3, RawAdvert> = {
  2: { version: 2, vrid: 7, priority: 254, addresses: ['10.77.0.99'], interval: 1, authType: 1, authData: 'secret' },
  3: { version: 3, vrid: 7, priority: 254, addresses: ['10.77.0.99'], interval: 100 },
};

const WRONG: readonly (readonly [string, 2 | 3, Partial<RawAdvert>])[] = [
  ['a wrong checksum', 2, { checksum: 0x1234 }],
  ['a wrong checksum', 3, { checksum: 0x1234 }],
  ['another VRID', 2, { vrid: 8 }],
  ['another VRID', 3, { vrid: 8 }],
  ['a TTL below 255', 2, { ttl: 254 }],
  ['a TTL below 255', 3, { ttl: 254 }],
  ['a wrong password', 2, { authData: 'wrong' }],
  ['no authentication', 2, { authType: 0, authData: '' }],
  ['another interval', 2, { interval: 2 }],
  ['another version', 2, { version: 3, interval: 100 }],
  ['another version', 3, { version: 2, interval: 1 }],
  ['another type', 3, { type: 2 }],
  ['more addresses than it holds', 3, { count: 2 }],
  ['other addresses', 2, { addresses: ['10.77.0.98'] }],
];

const password = ['authentication {', '  auth_type PASS', '  auth_pass secret', '}'];

describe.each<Engine>(['agent', 'keepalived'])('%s', (engine) => {
  describe.each<2 | 3>([2, 3])('v%i', (version) => {
    let segment: Segment;
    let wire: Capture;
    let router: Router;

    beforeAll(async () => {
      segment = openSegment(['a', 'b']);
      wire = await capture(segment);
      const more = version === 2 ? password : [];
      router = startRouter(
        segment,
        'a',
        engine,
        instance({ version, priority: 100, advertInt: 1, addresses: ['10.77.0.99'], more }),
      );
      await eventually('it is master', () => segment.holds('a', '10.77.0.99'));
    });
    afterAll(async () => segment.close());

    it.each(WRONG.filter(([, of]) => of === version))('ignores an advert with %s', async (_, __, wrong) => {
      const sent = Date.now();
      sendAdvert(segment, 'b', { ...GOOD[version], ...wrong }, '10.77.0.2');
      await eventually('the master advertises a second later', () =>
        wire.soFar().some(({ from, at }) => from === '02:77:00:00:00:01' && at > sent + 1000),
      );
      expect(segment.holds('a', '10.77.0.99')).toBe(true);
    });

    it('yields to a valid advert', async () => {
      sendAdvert(segment, 'b', GOOD[version], '10.77.0.2');
      await eventually('it released the address', () => !segment.holds('a', '10.77.0.99'));
      // The status must not reveal the password.
      if (engine === 'agent') expect(JSON.stringify(router.status())).not.toContain('secret');
    });

    it('takes over again after silence', async () => {
      await eventually('it holds the address', () => segment.holds('a', '10.77.0.99'));
    });
  });
});
