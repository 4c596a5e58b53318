import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apt } from '../../../src/platforms/apt.ts';
import { dnf } from '../../../src/platforms/dnf.ts';
import type { PackageManager } from '../../../src/platforms/package-manager.ts';
import { causeIn } from '../../../src/platforms/package-managers.ts';
import { pacman } from '../../../src/platforms/pacman.ts';
import { troubleIn } from '../../../src/platforms/trouble.ts';
import { yum } from '../../../src/platforms/yum.ts';
import { zypper } from '../../../src/platforms/zypper.ts';
import { sh } from '../../../src/remote/command.ts';
import { wanted } from '../../support/packages.ts';
import { pacmanRepository } from '../../support/pacman-repository.ts';
import { RPM_REPOSITORY, repository } from '../../support/rpm-repository.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// What the real package managers say on a host without network, and with a proxy that refuses it.

/** Answers every request with the status that its port ends with. */
const SERVERS = `for (const [port, status] of [[8407, 407], [8403, 403]])
  require('node:http').createServer((_, response) => { response.statusCode = status; response.end(); }).listen(port, '127.0.0.1', () => console.log(port));`;

let root: ThrowawayRoot;
beforeAll(async () => {
  root = await throwawayRoot();
  const { stderr, exitCode } = root.run(sh`(
${{ ...sh``, script: RPM_REPOSITORY }}
)
ln -s dnf /usr/bin/yum
mkdir -p /var/lib/pacman/local
rm -rf /etc/apt/sources.list.d/* /var/lib/apt/lists/*
${process.execPath} -e ${SERVERS} > /tmp/ports 2>&1 &
until [ "$(wc -l < /tmp/ports)" = 2 ]; do sleep 0.1; done`);
  expect(exitCode, stderr).toBe(0);
});
afterAll(() => root.end());

const MANAGERS: readonly (readonly [PackageManager, (url: string) => string])[] = [
  [apt, (url) => `echo 'deb [trusted=yes] ${url} ./' > /etc/apt/sources.list`],
  [dnf, repository],
  [yum, repository],
  [zypper, repository],
  [pacman, pacmanRepository],
];

/** The cause as the user sees it, and what lvsctl takes it for. */
function failure(manager: PackageManager, configure: string) {
  root.run(`rm -rf /var/cache/dnf /var/cache/zypp /var/lib/pacman/sync
${configure}`);
  const { exitCode, stdout } = root.run(sh`(
set -e
${manager.install(wanted('lab-none'), undefined)}
)`);
  const lines = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const cause = causeIn(lines);
  return { failed: exitCode !== 0, kind: troubleIn(cause ?? '')?.kind ?? `unknown: ${lines.join(' | ')}` };
}

describe.each(MANAGERS)('$id', (manager, configure) => {
  it.each([
    ['http://repository.invalid/none', 'names'],
    ['http://127.0.0.1:9/none', 'refused connection'],
    ['http://127.0.0.1:8407/none', 'proxy login'],
    ['http://127.0.0.1:8403/none', 'refused by a proxy or mirror'],
  ])('says of %s what is wrong: %s', (url, kind) => {
    expect(failure(manager, configure(url))).toEqual({ failed: true, kind });
  });
});
