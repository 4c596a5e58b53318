import { expect, it } from 'vitest';
import { dumpLinks } from '../../../../src/agent/core/netlink/link.ts';
import { NETLINK } from '../../../../src/agent/core/netlink/number.ts';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { errno } from '../../../../src/agent/shell/sys/errno.ts';
import { NetlinkSocket } from '../../../../src/agent/shell/net/netlink-socket.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';
import { call } from '../../../../src/agent/shell/sys/syscall-numbers.ts';

/** The real kernel with a late first answer. */
function late(error: 'EAGAIN' | 'ENOBUFS'): Sys {
  const sys = nodeSys([]);
  const recvfrom = call({ ...sys, syscall: (number) => number }, 'recvfrom');
  let first = true;
  return {
    ...sys,
    syscall: (number, ...args) => {
      if (number !== recvfrom || !first) return sys.syscall(number, ...args);
      first = false;
      return -errno(error);
    },
  };
}

it.each([
  ['EAGAIN', 'timed out (ETIMEDOUT)'],
  ['ENOBUFS', 'no buffer space left (ENOBUFS)'],
] as const)('completes a dump after one that failed with %s', (error, reason) => {
  const socket = new NetlinkSocket(late(error), NETLINK.ROUTE);
  expect(socket.request(dumpLinks())).toMatchObject({ kind: 'refused', reason });
  const again = socket.request(dumpLinks());
  const fresh = new NetlinkSocket(nodeSys([]), NETLINK.ROUTE).request(dumpLinks());
  if (again.kind === 'refused' || fresh.kind === 'refused') throw new Error('dump refused');
  expect(again.messages).toHaveLength(fresh.messages.length);
});
