import { expect, test } from 'vitest';
import type { Link } from '../../../../src/agent/core/vrrp/event.ts';
import { Announcer } from '../../../../src/agent/shell/net/announcer.ts';
import { Complaints } from '../../../../src/agent/shell/service/complaints.ts';
import { errno } from '../../../../src/agent/shell/sys/errno.ts';
import { fakeLoop } from '../shell-check/fake-loop.ts';
import { fakeSys } from '../shell-check/fake-sys.ts';

const LINK: Link = {
  name: 'lan',
  index: 2,
  mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  mtu: 1500,
  up: true,
  running: true,
  addresses: [],
};
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

/** What the journal and the status get while the kernel answers every packet with `answer.result`. */
function announcer() {
  const said: string[] = [];
  const answer = { result: 42 };
  const { sys } = fakeSys({ socket: [5, 6], setsockopt: 0, sendto: () => answer.result });
  const complaints = new Complaints({ log: (level, text) => said.push(`${level}: ${text}`) });
  const made = new Announcer(sys, fakeLoop(), () => LINK, complaints);
  return { said, answer, complaints, announce: () => made.announce('lan', ADDRESSES, 0) };
}

test('neighbours who cannot be told are one line for each cause, and another when it is over', () => {
  const { said, answer, complaints, announce } = announcer();
  for (const result of [-errno('ENOBUFS'), -errno('ENOBUFS'), -errno('EPERM'), 42]) {
    answer.result = result;
    announce();
    expect(complaints.list()).toHaveLength(result < 0 ? 1 : 0);
  }
  expect(said).toEqual([
    'error: lan: neighbours cannot be told of its ipv4 addresses: no buffer space left (ENOBUFS)',
    'error: lan: neighbours cannot be told of its ipv4 addresses: not permitted (EPERM)',
    'notice: lan: neighbours can be told of its ipv4 addresses again',
  ]);
});

test('a link that is down has no neighbours, and what was wrong before is not over by that', () => {
  const { said, answer, announce } = announcer();
  for (const result of [-errno('ENETDOWN'), 42, -errno('EPERM'), -errno('ENETDOWN')]) {
    answer.result = result;
    announce();
  }
  expect(said).toHaveLength(1);
});
