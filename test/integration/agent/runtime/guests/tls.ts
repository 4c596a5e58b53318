import { decodeUtf8, encodeUtf8 } from '../../../../../src/keepalived/text/utf8.ts';
import { call } from '../../../../../src/agent/shell/sys/syscall-numbers.ts';
import type { Tls } from '../../../../../src/agent/shell/sys/sys.ts';
import { sys, print } from './host.ts';

const EAGAIN = -11;
const SOCK_STREAM_NONBLOCK = 0o4001;
const POLL = { read: 1, write: 4 } as const;

const [port = '0', serverName] = sys.argv;
const { tls } = sys;
if (tls === undefined) throw new Error('this runtime has no TLS');

const fd = call(sys, 'socket', 2, SOCK_STREAM_NONBLOCK, 0);
const epoll = call(sys, 'epoll_create1', 0);

/** Waits for the socket. */
function wait(direction: keyof typeof POLL): void {
  const event = new Uint8Array(sys.arch === 'x64' ? 12 : 16);
  event[0] = POLL[direction];
  if (call(sys, 'epoll_ctl', epoll, 3, fd, event) < 0) call(sys, 'epoll_ctl', epoll, 1, fd, event);
  if (call(sys, 'epoll_pwait', epoll, event, 1, 20_000, 0, 8) < 1) throw new Error('nothing for twenty seconds');
}

function repeat(tls: Tls, handle: number, act: () => number): number {
  for (;;) {
    const result = act();
    if (result !== EAGAIN) return result;
    wait(tls.wantsWrite(handle) ? 'write' : 'read');
  }
}

const address = Uint8Array.of(2, 0, Number(port) >> 8, Number(port), 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
call(sys, 'connect', fd, address, address.length);
wait('write');
const handle = tls.open(fd, serverName);
const greeted = repeat(tls, handle, () => tls.handshake(handle));
if (greeted === 0) {
  const request = encodeUtf8('GET / HTTP/1.0\r\n\r\n');
  const written = repeat(tls, handle, () => tls.write(handle, request));
  const buffer = new Uint8Array(4096);
  let text = '';
  let length = 0;
  do {
    length = repeat(tls, handle, () => tls.read(handle, buffer));
    if (length > 0) text += decodeUtf8(buffer.subarray(0, length));
  } while (length > 0);
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  print({ written: written === request.length, end: length, body: body.slice(0, 40), size: body.length });
} else {
  print({ failed: greeted, reason: tls.reason(handle) });
}
tls.close(handle);
