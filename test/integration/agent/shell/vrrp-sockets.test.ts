import { expect, it } from 'vitest';
import type { Link } from '../../../../src/agent/core/vrrp/event.ts';
import { errno } from '../../../../src/agent/shell/sys/errno.ts';
import { VrrpSockets } from '../../../../src/agent/shell/net/vrrp-sockets.ts';
import { fakeLoop } from '../shell-check/fake-loop.ts';
import { fakeSys } from '../shell-check/fake-sys.ts';

const LINK = { name: 'lan', index: 2, up: true } as Link;
const SOCKET = 5;

it.each(['EAGAIN', 'ENETDOWN', 'EIO'] as const)('ends the turn of a socket on %s', (error) => {
  const host = fakeSys({ socket: SOCKET, setsockopt: 0, recvfrom: -errno(error) });
  const loop = fakeLoop();
  const refused = (): never => {
    throw new Error('unexpected callback');
  };
  const sockets = new VrrpSockets({ ...host.sys, address: () => 0n }, loop, () => LINK, refused, refused);
  sockets.listen([{ interface: 'lan', family: 'ipv4', group: undefined }]);
  loop.ready(SOCKET, 'readable');
  expect(host.calls.filter((name) => name === 'recvfrom')).toHaveLength(1);
});
