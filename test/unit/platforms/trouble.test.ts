import { describe, expect, it } from 'vitest';
import { troubleIn } from '../../../src/platforms/trouble.ts';

/** Errors as the package managers print them, with the kind of what is wrong. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  names: [
    "E: Failed to fetch http://mirror.example/x  Temporary failure resolving 'mirror.example'",
    "E: Failed to fetch http://mirror.example/x  Could not resolve 'mirror.example'",
    "- Curl error (6): Couldn't resolve host name for http://mirror.example/repodata/repomd.xml [Could not resolve host: mirror.example]",
    'http://mirror.example/repodata/repomd.xml: [Errno 14] curl#6 - "Could not resolve host: mirror.example; Unknown error"',
    "http://mirror.example/repodata/repomd.xml: [Errno 14] PYCURL ERROR 6 - \"Couldn't resolve host 'mirror.example'\"",
    "error: failed retrieving file 'lab.db' from mirror.example : Could not resolve host: mirror.example",
    'WARNING: fetching https://mirror.example/v3.20/main: temporary error (try again later)',
  ],
  'refused connection': [
    'E: Failed to fetch http://127.0.0.1:9/x  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)',
    "- Curl error (7): Couldn't connect to server for http://127.0.0.1:9/repodata/repomd.xml [Failed to connect to 127.0.0.1 port 9]",
    "error: failed retrieving file 'lab.db' from 127.0.0.1:9 : Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
    'WARNING: fetching http://mirror.example/v3.20/main: network error (check Internet connection and firewall)',
  ],
  timeout: [
    'E: Failed to fetch http://mirror.example/x  Connection timed out [IP: 192.0.2.1 80]',
    '- Curl error (28): Timeout was reached for http://mirror.example/repomd.xml',
    "http://mirror.example/repomd.xml: [Errno 12] Timeout on http://mirror.example/repomd.xml: (28, 'Operation too slow')",
    "error: failed retrieving file 'lab.db' from mirror.example : Operation too slow. Less than 1 bytes/sec transferred the last 10 seconds",
    'error: the repositories could not be refreshed: timed out after 120 s',
  ],
  'proxy login': [
    'E: Failed to fetch http://mirror.example/x  407  Proxy Authentication Required [IP: 127.0.0.1 3128]',
    '- Status code: 407 for http://mirror.example/repodata/repomd.xml (IP: 127.0.0.1)',
    '- Curl error (56): Failure when receiving data from the peer for https://mirror.example/x [CONNECT tunnel failed, response 407]',
    "error: failed retrieving file 'lab.db' from mirror.example : The requested URL returned error: 407",
    'http://mirror.example/repodata/repomd.xml: [Errno 14] HTTP Error 407 - Proxy Authentication Required',
  ],
  'refused by a proxy or mirror': [
    'E: Failed to fetch http://mirror.example/x  403  Forbidden [IP: 127.0.0.1 3128]',
    '- Status code: 403 for http://mirror.example/repodata/repomd.xml (IP: 127.0.0.1)',
    "error: failed retrieving file 'lab.db' from mirror.example : The requested URL returned error: 403",
    'http://mirror.example/repodata/repomd.xml: [Errno 14] HTTP Error 403 - Forbidden',
    'WARNING: fetching https://mirror.example/v3.20/main: Permission denied',
    "- Permission to access 'http://mirror.example/none/content' denied.",
  ],
  TLS: [
    'E: Failed to fetch https://mirror.example/x  Certificate verification failed: The certificate is NOT trusted.',
    '- Curl error (60): SSL peer certificate or SSH remote key was not OK for https://mirror.example/repomd.xml',
    'https://mirror.example/repomd.xml: [Errno 14] curl#60 - "Peer\'s Certificate issuer is not recognized."',
    "error: failed retrieving file 'lab.db' from mirror.example : SSL certificate problem: unable to get local issuer certificate",
    'WARNING: fetching https://mirror.example/v3.20/main: TLS: unspecified error',
  ],
  'expired or future metadata': [
    'E: Release file for http://mirror.example/dists/bookworm/InRelease is expired (invalid since 3d 1h 2min 3s). Updates for this repository will not be applied.',
    'E: Release file for http://mirror.example/dists/bookworm/InRelease is not valid yet (invalid for another 2h). Updates for this repository will not be applied.',
  ],
  'full disk': [
    "E: You don't have enough free space in /var/cache/apt/archives/.",
    'tar: ./control: Cannot write: No space left on device',
    '- installing package keepalived-2.2.8-3.el9.x86_64 needs 12MB more space on the / filesystem',
    'At least 5MB more space needed on the / filesystem.',
    'error: Partition / too full: 123 blocks needed, 4 blocks free',
    'error: not enough free disk space',
  ],
  lock: [
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)',
    'error: process 4711 (dnf) still holds /var/lib/dnf/rpmdb_lock.pid after 300 s',
    'System management is locked by the application with pid 4711 (zypper).',
    'ERROR: Unable to lock database: Resource temporarily unavailable',
    "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)",
  ],
  signature: [
    "E: The repository 'http://mirror.example bookworm InRelease' is not signed.",
    'Error: GPG check FAILED',
    'error: lab: signature from "x" is unknown trust',
  ],
};

describe('an error of a package manager', () => {
  it.each(Object.entries(LINES).flatMap(([kind, lines]) => lines.map((line) => [kind, line] as const)))(
    'is one of %s: %s',
    (kind, line) => {
      expect(troubleIn(line)?.kind).toBe(kind);
    },
  );

  it.each([
    'Error: Unable to find a match: keepalived',
    'E: Unable to locate package keepalived',
    'error: target not found: nginx',
    '- nothing provides lab-only >= 2 needed by keepalived-1.2.13-1.noarch',
    "E: Version '2.3.1' for 'keepalived' was not found",
  ])('is of the packages: %s', (line) => {
    expect(troubleIn(line)).toBeUndefined();
  });
});
