import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARTICLE, lvsctl, onHost } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

const OVERLAY = path.join(import.meta.dirname, '..', 'fixtures', 'lab', 'second-address.yml');
const SECOND = '192.168.168.13';

/** How often keepalived of the backup became master since it was started. */
const elections = async (): Promise<number> =>
  Number(await onHost('dr2', "journalctl -u keepalived -b -o cat | grep -c 'Entering MASTER STATE' || :"));

describe('a second virtual address', () => {
  useCluster();

  it('is taken up by both directors at once, and neither takes the other for dead', async () => {
    const before = await elections();
    const { exitCode, stdout } = await lvsctl(['deploy', ...ARTICLE, '-i', OVERLAY, '--yes']);
    expect(stdout).toContain('all directors at once');
    expect(stdout).toContain('checks passed');
    expect(exitCode).toBe(0);
    expect(await onHost('dr1', `ip -o -4 address show dev eth0 to ${SECOND}`)).toContain(SECOND);
    expect(await onHost('rs1', `ip -o -4 address show dev lo to ${SECOND}`)).toContain(`${SECOND}/32`);
    expect(await elections()).toBe(before);
  });

  it('is not removed without being asked to', async () => {
    const { exitCode, output } = await lvsctl(['deploy', ...ARTICLE, '--yes']);
    expect(exitCode).toBe(3);
    expect(output).toContain(`This plan removes the VIP ${SECOND} from the cluster. No changes made.`);
    expect(await onHost('dr1', `ip -o -4 address show dev eth0 to ${SECOND}`)).toContain(SECOND);
  });

  it('goes again, from the real servers too', async () => {
    const before = await elections();
    const { exitCode, stdout } = await lvsctl(['deploy', ...ARTICLE, '--yes', '--allow-removals']);
    expect(stdout).toContain('checks passed');
    expect(exitCode).toBe(0);
    for (const host of ['dr1', 'dr2', 'rs1', 'rs2'])
      expect(await onHost(host, `ip -o -4 address show to ${SECOND}`)).toBe('');
    expect(await elections()).toBe(before);
  });
});
