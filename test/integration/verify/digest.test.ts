import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckedPage, digestScript, readDigest } from '../../../src/verify/digest.ts';
import { SHELLS } from '../../support/shells.ts';

const TEXT = 'well\n'.repeat(1000);

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer(({ url, headers }, response) => {
    if (url === '/host') response.end(headers.host);
    else if (url === '/gone') response.writeHead(404).end('gone');
    else if (url === '/large') response.end('x'.repeat(5 * 1024 * 1024));
    // In pieces, as a program writes it.
    else {
      response.write(TEXT.slice(0, 100));
      response.end(TEXT.slice(100));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe.each(SHELLS)('the digest of a page, in $name', ({ argv }) => {
  async function digest(path: string, given: Partial<CheckedPage> = {}, without = '') {
    const place = `127.0.0.1:${port}`;
    const page: CheckedPage = { place, scheme: 'http', path, host: place, digest: undefined, ...given };
    const [program, ...words] = argv;
    const script = `${without === '' ? '' : `command() { [ "$2" != ${without} ]; }\n`}${digestScript(page).script}`;
    return await new Promise<ReturnType<typeof readDigest>>((resolve) => {
      execFile(program, [...words, '-c', script], (_error, stdout, stderr) => resolve(readDigest(stdout, stderr)));
    });
  }

  it('is that of its body', async () => {
    expect(await digest('/')).toEqual({ digest: md5(TEXT), status: 200 });
  });

  it('is what genhash computes', async () => {
    expect(await digest('/', {}, 'curl')).toEqual({ digest: md5(TEXT), status: undefined });
  });

  it('is asked with the name of the check', async () => {
    expect(await digest('/host', { host: 'www.example' })).toEqual({ digest: md5('www.example'), status: 200 });
  });

  it('comes with the status of an error page', async () => {
    expect(await digest('/gone')).toEqual({ digest: md5('gone'), status: 404 });
  });

  it('is none of a page that is too large, or of no server', async () => {
    expect(await digest('/large')).toMatchObject({ error: expect.stringContaining('curl: (23)') as string });
    expect(await digest('/', { place: '127.0.0.1:1' })).toMatchObject({
      error: expect.stringContaining('curl: (7)') as string,
    });
  });
});
