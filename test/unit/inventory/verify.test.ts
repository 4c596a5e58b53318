import { describe, expect, it } from 'vitest';
import { endpointsOf } from '../../../src/inventory/cluster.ts';
import { requestAt } from '../../../src/inventory/resolve-verify.ts';
import { minimalWith, read } from './reading.ts';

/** What is asked of each port, then the path and the host name of HTTP requests. */
async function asked(server: string): Promise<string> {
  const { cluster, diagnostics } = await read(minimalWith(`virtual_servers: [{${server}}]\n`));
  const [found] = cluster?.virtualServers ?? [];
  if (found === undefined) throw new Error(JSON.stringify(diagnostics));
  const { request, path, host } = found.verify;
  const ports = endpointsOf(found).map(({ port }) => `${port} ${requestAt(found, port)}`);
  return `${ports.length === 0 ? request : ports.join(', ')} ${path} ${host ?? ''}`.trimEnd();
}

describe('a client asks', () => {
  it.each([
    ['HTTP by default', 'port: 80', '80 http /'],
    ['HTTP of any port', 'port: 3000', '3000 http /'],
    ['HTTPS by the port', 'port: 8443', '8443 https /'],
    ['HTTPS where HTTP is checked behind port 443', 'port: 443, check: http /health', '443 https /health'],
    ['HTTPS where it is checked', 'port: 444, check: https /up', '444 https /up'],
    ['HTTP where it is checked', 'port: 3306, check: http /health', '3306 http /health'],
    ['a connection, where mail is checked', 'port: 2525, check: smtp', '2525 tcp /'],
    ['a connection, where DNS is checked', 'port: 5353, check: dns example.com', '5353 tcp /'],
    ['a connection of a database', 'port: 5432', '5432 tcp /'],
    ['datagrams of UDP', 'port: 53, protocol: UDP', '53 udp /'],
    ['nothing of SCTP', 'port: 2905, protocol: SCTP', '2905 none /'],
    ['nothing of marks that the user sets', 'fwmark: 3', 'none /'],
    ['each port of a service in its own protocol', 'port: [443, 80, 9000]', '443 https, 80 http, 9000 https /'],
    ['each port of a database', 'port: [5432, 80]', '5432 tcp, 80 tcp /'],
    [
      'for the host of the health check',
      'http_get: {url: {path: /a}, virtualhost: www.example.com}',
      '80 http /a www.example.com',
    ],
    [
      'for the nearest host',
      'http_get: {url: {path: /a, virtualhost: b.example}, virtualhost: a.example}',
      '80 http /a b.example',
    ],
    ['for the host of the virtual server', 'check: http /a, virtualhost: a.example', '80 http /a a.example'],
    [
      'as the inventory says',
      'port: 443, check: https /a, verify: {request: http, path: "/b?c=d", host: b.example}',
      '443 http /b?c=d b.example',
    ],
  ])('%s', async (_name, server, expected) => {
    expect(await asked(server)).toBe(expected);
  });

  it.each(['verify: {request: ftp}', 'verify: {path: index.html}', 'verify: {path: "/a b"}', 'verify: {host: a/b}'])(
    'nothing that it cannot send: %s',
    async (server) => {
      expect((await read(minimalWith(`virtual_servers: [{${server}}]\n`))).cluster).toBeUndefined();
    },
  );
});
