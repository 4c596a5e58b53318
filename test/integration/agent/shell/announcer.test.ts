import { expect, it } from 'vitest';
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

/** An announcer whose packets all result in `answer.result`. */
function announcer() {
  const lines: string[] = [];
  const answer = { result: 42 };
  const { sys } = fakeSys({ socket: [5, 6], setsockopt: 0, sendto: () => answer.result });
  const complaints = new Complaints({ log: (level, text) => lines.push(`${level}: ${text}`) });
  const made = new Announcer(sys, fakeLoop(), () => LINK, complaints);
  return { lines, answer, complaints, announce: () => made.announce('lan', ADDRESSES, 0) };
}

it('logs a failure once per cause, and the recovery', () => {
  const { lines, answer, complaints, announce } = announcer();
  for (const result of [-errno('ENOBUFS'), -errno('ENOBUFS'), -errno('EPERM'), 42]) {
    answer.result = result;
    announce();
    expect(complaints.list()).toHaveLength(result < 0 ? 1 : 0);
  }
  expect(lines).toEqual([
    'error: lan: cannot announce ipv4 addresses: no buffer space left (ENOBUFS)',
    'error: lan: cannot announce ipv4 addresses: not permitted (EPERM)',
    'notice: lan: announcing ipv4 addresses works again',
  ]);
});

it('ignores a link that is down without resolving earlier problems', () => {
  const { lines, answer, announce } = announcer();
  for (const result of [-errno('ENETDOWN'), 42, -errno('EPERM'), -errno('ENETDOWN')]) {
    answer.result = result;
    announce();
  }
  expect(lines).toHaveLength(1);
});
