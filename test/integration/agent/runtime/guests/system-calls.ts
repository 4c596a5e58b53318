import { decodeUtf8, encodeUtf8 } from '../../../../../src/keepalived/text/utf8.ts';
import { concat, u64le } from '../../../../../src/agent/core/bytes/write.ts';
import { call } from '../../../../../src/agent/shell/sys/syscall-numbers.ts';
import { pipe, sys, print } from './host.ts';

const [reads, writes] = pipe();
const buffer = new Uint8Array(32);

const inside = encodeUtf8('before middle behind').subarray(7, 13);
call(sys, 'write', writes, inside, inside.length);
print({ read: call(sys, 'read', reads, buffer.subarray(4), 28), text: decodeUtf8(buffer.subarray(4, 10)) });
print({ empty: call(sys, 'read', reads, buffer, buffer.length) });
print({ noDescriptor: call(sys, 'read', 999, buffer, buffer.length) });

// struct msghdr with two struct iovec, which refer to memory by address.
const parts = [encodeUtf8('two '), encodeUtf8('parts')];
const vectors = concat(parts.flatMap((part) => [u64le(sys.address(part)), u64le(BigInt(part.length))]));
const [left, right] = [new Int32Array(2), new Uint8Array(32)];
call(sys, 'socketpair', 1, 2, 0, new Uint8Array(left.buffer));
const header = concat([0n, 0n, sys.address(vectors), 2n, 0n, 0n, 0n].map(u64le));
print({ sent: call(sys, 'sendmsg', left[0] ?? -1, header, 0) });
const received = call(sys, 'recvfrom', left[1] ?? -1, right, right.length, 0, 0, 0);
print({ received: decodeUtf8(right.subarray(0, received)) });

const memory = call(sys, 'memfd_create', encodeUtf8('big\0'), 1);
print({ truncated: call(sys, 'ftruncate', memory, 2n ** 40n), size: call(sys, 'lseek', memory, 0, 2) });
print({ offset: sys.address(buffer.subarray(5)) - sys.address(buffer) === 5n });
print({ arch: sys.arch, argv: sys.argv, word: sys.env['WORD'] });
