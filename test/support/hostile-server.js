// Real servers that misbehave in different ways, one per port, and one that flaps. Prints `ready` once all listen.
import { createServer } from 'node:net';

const HEAD = 'HTTP/1.1 200 OK\r\n\r\n';
const PART = 65_536;

/** @typedef {import('node:net').Socket} Socket */

/**
 * Writes for as long as the peer reads.
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
  // An endless body.
  8004: (socket) => {
    socket.write(HEAD);
    pour(socket, 'ab'.repeat(PART / 2));
  },
  // One byte per second.
  8005: (socket) => {
    socket.write(HEAD);
    const timer = setInterval(() => socket.write('<'), 1000);
    socket.on('close', () => clearInterval(timer));
  },
  // Endless headers, and one that consists of line breaks only.
  8006: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    pour(socket, 'X: y\r\n'.repeat(PART / 8));
  },
  8007: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    pour(socket, '\r'.repeat(PART));
  },
  // One-byte chunks.
  8008: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    pour(socket, '1\r\na\r\n'.repeat(PART / 8));
  },
  // An endless SMTP reply.
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

/** All real servers on port 80. */
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
