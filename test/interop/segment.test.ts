import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture, type Capture } from '../support/capture.ts';
import { eventually } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// Tests the segment that other tests rely on: two keepalived instances elect a master, and their adverts are captured.

let segment: Segment;
let wire: Capture;

beforeAll(async () => {
  segment = openSegment(['a', 'b']);
  wire = await capture(segment);
  for (const [host, priority] of [
    ['a', 150],
    ['b', 100],
  ] as const) {
    const file = `${segment.folder}/${host}.conf`;
    writeFileSync(
      file,
      `vrrp_instance V {
  interface eth0
  virtual_router_id 7
  priority ${priority}
  version 3
  advert_int 0.1
  virtual_ipaddress {
    10.77.0.99/24
  }
}
`,
    );
    segment.start(host, 'keepalived', '-n', '-l', '-P', '-f', file, '-p', `${file}.pid`, '-r', `${file}.vrrp.pid`);
  }
  await eventually('the master has advertised for a while', () => wire.soFar().length > 5);
  await eventually('the higher priority holds the address', () => segment.holds('a', '10.77.0.99'));
});
afterAll(async () => segment.close());

it('gives the address to the higher priority only', () => {
  expect(segment.holds('a', '10.77.0.99')).toBe(true);
  expect(segment.holds('b', '10.77.0.99')).toBe(false);
});

it('captures its adverts', async () => {
  expect((await wire.adverts()).at(-1)).toMatchObject({
    from: '02:77:00:00:00:01',
    source: '10.77.0.1',
    destination: '224.0.0.18',
    hops: 255,
    version: 3,
    vrid: 7,
    priority: 150,
  });
});
