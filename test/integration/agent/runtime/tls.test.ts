import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer, type SecureVersion, type TlsOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleGuest, RUNNABLE, runAppended, runtimePath, parseOutput } from './runtimes.ts';

const BODY = 'x'.repeat(40_000);

/** Arguments of openssl for each kind of key. */
const KEYS = { rsa: ['rsa:2048'], ecdsa: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] } as const;

/** A self-signed certificate for an unrelated name. */
function selfSigned(kind: keyof typeof KEYS): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-tls-'));
  const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
  const request = ['req', '-x509', '-nodes', '-subj', '/CN=other.test', '-days', '1', '-newkey', ...KEYS[kind]];
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return pair;
}

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return String((server.address() as AddressInfo).port);
}

/** Answers any request with the negotiated parameters and a long body. */
async function serve(options: TlsOptions): Promise<string> {
  const answer = (socket: TLSSocket): void => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const agreed = `${socket.getProtocol() ?? ''} ${String(socket.servername)} `;
      socket.end(`HTTP/1.0 200 OK\r\n\r\n${agreed.padEnd(40, '.')}${BODY}`);
    });
  };
  return listen(createServer(options, answer));
}

// Emulators are slow.
describe.each(RUNNABLE)('TLS of the runtime for $architecture', { timeout: 180_000 }, ({ architecture, by }) => {
  let runtime = '';
  let guest: Buffer | string = '';
  beforeAll(async () => {
    runtime = await runtimePath(architecture);
    guest = await bundleGuest('tls');
  }, 600_000);
  const get = async (...args: readonly string[]): Promise<unknown> =>
    parseOutput(await runAppended({ runtime, by }, guest, args))[0];

  const only = (version: SecureVersion): TlsOptions => ({ minVersion: version, maxVersion: version });
  it.each<{
    readonly keys: keyof typeof KEYS;
    readonly name: string;
    readonly options: TlsOptions;
    readonly agreed: string;
  }>([
    { keys: 'rsa', name: 'TLS 1.3', options: only('TLSv1.3'), agreed: 'TLSv1.3' },
    { keys: 'ecdsa', name: 'TLS 1.3', options: only('TLSv1.3'), agreed: 'TLSv1.3' },
    { keys: 'rsa', name: 'TLS 1.2', options: only('TLSv1.2'), agreed: 'TLSv1.2' },
    {
      keys: 'rsa',
      name: 'TLS 1.2 without RSA-PSS',
      options: { ...only('TLSv1.2'), sigalgs: 'RSA+SHA256' },
      agreed: 'TLSv1.2',
    },
    { keys: 'ecdsa', name: 'TLS 1.2', options: only('TLSv1.2'), agreed: 'TLSv1.2' },
    {
      keys: 'rsa',
      name: 'ChaCha20-Poly1305',
      options: { ...only('TLSv1.3'), ciphers: 'TLS_CHACHA20_POLY1305_SHA256' },
      agreed: 'TLSv1.3',
    },
    {
      keys: 'rsa',
      name: 'the cipher suite of very old servers',
      options: { ...only('TLSv1.2'), ciphers: 'AES128-SHA' },
      agreed: 'TLSv1.2',
    },
  ])(
    'fetches a page by $name from a server with a self-signed $keys certificate',
    async ({ keys, options, agreed }) => {
      const port = await serve({ ...options, ...selfSigned(keys) });
      expect(await get(port, 'web.test')).toEqual({
        written: true,
        end: 0,
        body: `${agreed} web.test `.padEnd(40, '.'),
        size: 40 + BODY.length,
      });
    },
  );

  it('sends no SNI without a name', async () => {
    const port = await serve(selfSigned('ecdsa'));
    expect(await get(port)).toMatchObject({ body: 'TLSv1.3 false '.padEnd(40, '.') });
  });

  it('fails if the server does not speak TLS', async () => {
    const port = await listen(
      createTcpServer((socket) => socket.on('error', () => undefined).end('HTTP/1.0 400 Bad Request\r\n\r\n')),
    );
    expect(await get(port)).toEqual({ failed: -71, reason: 'the server does not speak TLS' });
  });

  it('fails with the TLS alert of the server', async () => {
    const port = await serve({ ...selfSigned('rsa'), ...only('TLSv1.2'), ciphers: 'DHE-RSA-AES128-GCM-SHA256' });
    expect(await get(port)).toEqual({ failed: -71, reason: 'the server refused (TLS alert 40)' });
  });

  it('fails with the socket error if the server hangs up', async () => {
    const port = await listen(createTcpServer((socket) => socket.resetAndDestroy()));
    expect(await get(port)).toEqual({ failed: -104, reason: 'Connection reset by peer' });
  });
});
