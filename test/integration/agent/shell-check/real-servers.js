// Real servers in a separate process, because the agent's loop blocks its thread. Prints the ports, then mails and SMTP
// commands, as lines of JSON. Exits when standard input is closed.
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

/** @type {Record<string, unknown>} */
const ports = {};

/**
 * @param {string} name
 * @param {import('node:net').Server | import('node:dgram').Socket} server
 * @returns {Promise<void>}
 */
function listen(name, server) {
  return new Promise((resolve) => {
    const started = () => {
      const address = server.address();
      ports[name] = typeof address === 'object' ? address?.port : undefined;
      resolve();
    };
    if ('bind' in server) server.bind(0, '127.0.0.1', started);
    else server.listen(0, '127.0.0.1', started);
  });
}

/** @param {object} what */
function report(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

const http = createHttpServer((request, response) => {
  if (request.url === '/large') response.end('x'.repeat(300_000));
  else if (request.url === '/broken') response.writeHead(503).end('down for maintenance');
  else if (request.url === '/never') response.writeHead(200).write('a part of it');
  else response.end('ready');
});

/** Echoes received data, and answers `who` with the peer's address and port. */
const echo = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    const text = bytes.toString();
    if (text === 'who') socket.write(`${socket.remoteAddress} ${socket.remotePort}`);
    else if (text === 'reset') socket.resetAndDestroy();
    else if (text === 'close') socket.end();
    else socket.write(bytes);
  });
});

/** Reads slowly at first, and answers a line with the number of bytes received. */
const sink = createServer((socket) => {
  let count = 0;
  socket.on('error', () => undefined);
  socket.pause();
  setTimeout(() => socket.resume(), 50);
  socket.on('data', (bytes) => {
    count += bytes.length;
    if (bytes.at(-1) === 10) socket.end(String(count));
  });
});

const silent = createServer(() => undefined);

const smtp = createServer((socket) => {
  /** @type {string[]} */
  const received = [];
  let rest = '';
  let inMail = false;
  socket.on('error', () => undefined);
  socket.write('220 mail.example ESMTP\r\n');
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString()).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (inMail && line !== '.') {
        received.push(line);
        continue;
      }
      if (inMail) report({ mail: received.splice(0) });
      else report({ command: line });
      if (/^DATA$/i.test(line)) socket.write('354 go on\r\n');
      else if (/^QUIT$/i.test(line)) socket.end('221 bye\r\n');
      else socket.write('250 ok\r\n');
      inMail = /^DATA$/i.test(line);
    }
  });
});

const udp = createSocket('udp4');
udp.on('message', (bytes, from) => udp.send(bytes, from.port, from.address));

const mute = createSocket('udp4');

/** Answers every query with itself, the QR bit set and NOERROR. */
const dns = createSocket('udp4');
dns.on('message', (bytes, from) => {
  const answer = Buffer.from(bytes);
  answer.writeUInt8(answer.readUInt8(2) | 0x80, 2);
  dns.send(answer, from.port, from.address);
});

await listen('http', http);
await listen('echo', echo);
await listen('sink', sink);
await listen('silent', silent);
await listen('smtp', smtp);
await listen('udp', udp);
await listen('mute', mute);
await listen('dns', dns);
report(ports);
process.stdin.on('end', () => process.exit(0)).resume();
