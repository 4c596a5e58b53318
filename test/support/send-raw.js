// Sends one packet of protocol 112 to the VRRP group on eth0: node send-raw.js ipv4|ipv6 TTL HEX
import koffi from 'koffi';

const [family, ttl = '255', hex = ''] = process.argv.slice(2);
const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const setsockopt = libc.func('int setsockopt(int, int, int, const void *, uint32_t)');
const sendto = libc.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)');

/** @param {string} what @param {number} result */
function must(what, result) {
  if (result < 0) throw new Error(`${what} failed with errno ${koffi.errno()}`);
  return result;
}

/** @param {number} value */
function int(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

const six = family === 'ipv6';
const fd = must('socket', socket(six ? 10 : 2, 3, 112));
const device = Buffer.from('eth0\0');
must('SO_BINDTODEVICE', setsockopt(fd, 1, 25, device, device.length));
// IPV6_MULTICAST_HOPS, IP_MULTICAST_TTL; and IP_MULTICAST_LOOP off.
must('hops', six ? setsockopt(fd, 41, 18, int(Number(ttl)), 4) : setsockopt(fd, 0, 33, int(Number(ttl)), 4));
const to = Buffer.alloc(six ? 28 : 16);
to.writeUInt16LE(six ? 10 : 2, 0);
Buffer.from(six ? 'ff020000000000000000000000000012' : 'e0000012', 'hex').copy(to, six ? 8 : 4);
const packet = Buffer.from(hex, 'hex');
must('sendto', Number(sendto(fd, packet, packet.length, 0, to, to.length)));
