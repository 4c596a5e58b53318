import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** The goldens before the programs that will read them, as far as this machine has them. */

const goldens = fileURLToPath(new URL('../../fixtures/render/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'accepted-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
const named = (name: string): string[] =>
  readdirSync(goldens, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(`/${name}`));

/** keepalived asks the kernel for the interface, so it gets a namespace that has one; the machine's own is not touched. */
const namespaces = process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'true']).status === 0;

describe.skipIf(!has('keepalived') || !namespaces)('keepalived of this machine', () => {
  it.each(named('keepalived.conf'))('takes %s without a warning', (path) => {
    const script = `
for card in eth0 eth1; do ip link add $card type veth peer name far-$card; ip link set $card up; done
ip address add 192.168.168.100/16 dev eth0
keepalived --config-test --use-file "$1"`;
    const result = spawnSync('unshare', ['--net', 'sh', '-c', script, 'sh', join(goldens, path)], { encoding: 'utf8' });
    expect({ status: result.status, said: result.stdout + result.stderr }).toEqual({ status: 0, said: '' });
  });
});

describe.each([['dash'], ['busybox', 'sh']])('%s', (program, ...args) => {
  it.skipIf(!has(program)).each(named('lvs.dr.sh'))('can read %s', (path) => {
    const result = spawnSync(program, [...args, '-n', join(goldens, path)], { encoding: 'utf8' });
    expect({ status: result.status, said: result.stderr }).toEqual({ status: 0, said: '' });
  });
});

describe.skipIf(!has('systemd-analyze'))('systemd', () => {
  it.each(named('lvs-dr.service'))('takes %s without a warning', (path) => {
    const unit = join(folder, 'lvs-dr.service');
    // The program is not on this machine; everything else is judged as it is.
    writeFileSync(unit, readFileSync(join(goldens, path), 'utf8').replaceAll('/usr/local/sbin/lvs.dr.sh', '/bin/true'));
    const result = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    const said = result.stderr.split('\n').filter((line) => line.includes('lvs-dr'));
    expect({ status: result.status, said }).toEqual({ status: 0, said: [] });
  });
});
