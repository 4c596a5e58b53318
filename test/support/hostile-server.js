// Real servers as odd as can be, each on a port of its own; and one that comes and goes. Prints `ready` once all listen.
import { createServer } from 'node:net';

const HEAD = 'HTTP/1.1 200 OK\r\n\r\n';
const PART = 65_536;

/** @typedef {import('node:net').Socket} Socket */

/**
 * Writes for as long as the other side takes it.
 * @param {Socket} socket
 * @param {string} part
 */
function pour(socket, part) {
  const more = () => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on('drain', more);
  more();
}

/** @type {Readonly<Record<string, (socket: Socket) => void>>} */
const answers = {
  8001: (socket) => void socket.end(HEAD + '<title>'.repeat(PART / 7)),
  8002: (socket) => void socket.end(`${HEAD}${'a'.repeat(29)}!`),
  8003: (socket) => void socket.end(`${HEAD}${'a'.repeat(PART)}!`),
  // No end.
  8004: (socket) => {
    socket.write(HEAD);
    pour(socket, 'ab'.repeat(PART / 2));
  },
  // One byte a second.
  8005: (socket) => {
    socket.write(HEAD);
    const timer = setInterval(() => socket.write('<'), 1000);
    socket.on('close', () => clearInterval(timer));
  },
  // Headers without end, and one that is nothing but ends of lines.
  8006: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    pour(socket, 'X: y\r\n'.repeat(PART / 8));
  },
  8007: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    pour(socket, '\r'.repeat(PART));
  },
  // Chunks of one byte.
  8008: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    pour(socket, '1\r\na\r\n'.repeat(PART / 8));
  },
  // A reply of SMTP that has no end.
  8009: (socket) => pour(socket, '220-\r\n'.repeat(PART / 8)),
};

const servers = Object.entries(answers).map(([port, answer]) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (port === '8009') answer(socket);
    else socket.once('data', () => answer(socket));
  });
  return new Promise((resolve) => server.listen(Number(port), '0.0.0.0', () => resolve(undefined)));
});
await Promise.all(servers);

/** All real servers of port 80 at once. */
function flap() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end();
  });
  server.listen({ port: 80, host: '0.0.0.0', backlog: 4096 });
  setTimeout(() => server.close(() => setTimeout(flap, 1500)), 1500);
}
flap();
process.stdout.write('ready\n');
