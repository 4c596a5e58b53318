// Sends raw frames on eth0: node send-frames.js FILE, with one frame per line in hex. It pauses regularly, so that the
// kernel's receive queue does not overflow.
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const AT_ONCE = 20;
const REST_MS = 4;

const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const sendto = libc.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)');

const fd = socket(17, 3, 0);
if (fd < 0) throw new Error(`no packet socket: errno ${koffi.errno()}`);
// struct sockaddr_ll of linux/if_packet.h, with only the interface set.
const device = Buffer.alloc(20);
device.writeUInt16LE(17, 0);
device.writeInt32LE(Number(readFileSync('/sys/class/net/eth0/ifindex', 'utf8')), 4);

const clock = new Int32Array(new SharedArrayBuffer(4));
const frames = readFileSync(process.argv[2] ?? '', 'utf8')
  .trimEnd()
  .split('\n');
for (const [index, hex] of frames.entries()) {
  const frame = Buffer.from(hex, 'hex');
  if (Number(sendto(fd, frame, frame.length, 0, device, device.length)) < 0)
    throw new Error(`frame ${index} was not sent: errno ${koffi.errno()}`);
  if (index % AT_ONCE === AT_ONCE - 1) Atomics.wait(clock, 0, 0, REST_MS);
}
