import { describe, expect, it } from 'vitest';
import {
  PACKAGE_MANAGERS,
  causeIn,
  isWaiting,
  nameIn,
  unitIn,
  unitsIn,
} from '../../../src/platforms/package-managers.ts';

const manager = (id: string) => {
  const found = PACKAGE_MANAGERS.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('names', () => {
  it.each([
    ['apt', 'nginx-light', 'nginx-light'],
    ['dnf', 'nginx-light', 'nginx'],
    ['dnf', 'apache2', 'httpd'],
    ['rpm', 'iputils-arping', 'iputils'],
    ['rpm', 'keepalived', 'keepalived'],
    ['yum', 'apache2', 'httpd'],
    ['zypper', 'apache2', 'apache2'],
    ['zypper', 'iputils-arping', 'iputils'],
    ['pacman', 'apache2', 'apache'],
    ['apk', 'nginx-light', 'nginx'],
  ])('in %s: %s is %s', (id, debian, own) => {
    expect(nameIn(manager(id), debian)).toBe(own);
  });

  it('has services of other names', () => {
    expect(unitIn(manager('dnf'), 'apache2')).toBe('httpd');
    expect(unitsIn('apache2')).toEqual(['apache2', 'httpd']);
    expect(unitsIn('nginx')).toEqual(['nginx']);
  });
});

describe('what package managers print', () => {
  it.each([
    'Waiting for process with pid 4711 to finish.',
    'warning: waiting for transaction lock on /var/lib/rpm/.rpm.lock',
    'System management is locked by the application with pid 4711 (zypper).',
    'Another app is currently holding the yum lock; waiting for it to exit...',
    'Waiting for repository lock',
    'Waiting for another installation: process 7 (dnf) holds /var/lib/dnf/rpmdb_lock.pid',
  ])('says that it waits: %s', (line) => {
    expect(isWaiting(line)).toBe(true);
  });

  it.each([
    [
      [
        '- Curl error (6): Could not resolve host: mirror.example',
        "Error: Failed to download metadata for repo 'base'",
        'No match for argument: keepalived',
        'Error: Unable to find a match: keepalived',
      ],
      '- Curl error (6): Could not resolve host: mirror.example',
    ],
    [
      [
        'http://mirror.example/repodata/repomd.xml: [Errno 14] PYCURL ERROR 6 - "Couldn\'t resolve host"',
        'No package keepalived available.',
        'Error: Nothing to do',
      ],
      'http://mirror.example/repodata/repomd.xml: [Errno 14] PYCURL ERROR 6 - "Couldn\'t resolve host"',
    ],
    [
      [
        'fetch https://mirror.example/v3.20/main/x86_64/APKINDEX.tar.gz',
        'WARNING: fetching https://mirror.example/v3.20/main: temporary error (try again later)',
        'ERROR: unable to select packages:',
        'keepalived (no such package):',
      ],
      'WARNING: fetching https://mirror.example/v3.20/main: temporary error (try again later)',
    ],
    [['No match for argument: nginx', 'Error: Unable to find a match: nginx'], 'Error: Unable to find a match: nginx'],
    [
      ['Error:', 'Problem: conflicting requests', '- nothing provides a needed by b'],
      '- nothing provides a needed by b',
    ],
  ])('has a cause: %j', (lines, cause) => {
    expect(causeIn(lines)).toBe(cause);
  });
});
