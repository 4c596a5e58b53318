import { beforeAll, describe, expect, it } from 'vitest';
import { desired } from '../../../src/desired/desired.ts';
import { NOTHING_KNOWN } from '../../../src/desired/known.ts';
import { type Cluster, hostsOf } from '../../../src/inventory/cluster.ts';
import { observe, observeScript } from '../../../src/observe/observe.ts';
import { filesOf } from '../../../src/render/files.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { printed, recorded, recordedCluster } from '../../support/recorded.ts';
import { SHELLS, runIn } from '../../support/shells.ts';
import { NONCE } from '../../support/nonce.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const asked = { virtualAddresses: ['192.0.2.1'], keepalivedFrom: { localMount: '/mnt/Packages' } };
const nobody = new AbortController().signal;

describe('observing a host', () => {
  it('is one script that is run once, and reads all that is kept there', async () => {
    const [dr1] = cluster.directors;
    if (dr1 === undefined) throw new Error('no director');
    const wants = desired(cluster, 'director', filesOf(cluster, dr1, { interface: 'eth0' }), NOTHING_KNOWN);
    const host = fakeHost('dr1', [
      {
        script: observeScript(wants, asked, NONCE),
        gives: { stdout: printed(recorded(cluster, dr1, 'deployed')) },
      },
    ]);
    const seen = await observe(host, wants, asked, nobody);
    expect(seen.host).toBe('dr1');
    expect(seen.facts).toMatchObject({ vrrpState: 'MASTER', machine: 'x86_64', keepalivedFrom: 'installed' });
    expect(Object.entries(seen.have).map(([kind, have]) => [kind, have.size])).toEqual([
      ['packages', 1],
      ['module', 1],
      ['program', 0],
      ['file', 3],
      ['sysctl', 2],
      ['service', 1],
      ['leftover', 0],
      ['address', 5],
      ['ipvs', 1],
    ]);
  });

  it('that does not come to its end is a failure with what was said, and never half an observation', async () => {
    const whole = printed(
      recorded(cluster, cluster.directors[0] ?? { name: '', address: '', access: { kind: 'local' } }, 'deployed'),
    );
    for (const stdout of ['', whole.slice(0, whole.length / 2), whole.replace(/@lvsctl:section end\n+$/, '')]) {
      const host = fakeHost('dr1', [
        { script: observeScript([], undefined, NONCE), gives: { exitCode: 127, stdout, stderr: 'sh: not found' } },
      ]);
      await expect(observe(host, [], undefined, nobody)).rejects.toMatchObject({
        code: 'command',
        message: 'dr1: could not be observed',
        detail: { host: 'dr1', exitCode: 127, stderr: 'sh: not found' },
      });
    }
  });

  it.each(SHELLS)('comes to its end on this machine in $name, whatever is missing here', (shell) => {
    for (const { host, role } of hostsOf(cluster)) {
      const wants = desired(cluster, role, filesOf(cluster, host, { interface: 'eth0' }), NOTHING_KNOWN);
      const { stdout, stderr } = runIn(shell, observeScript(wants, asked, NONCE));
      expect([stdout.trimEnd().endsWith(`@lvsctl:section end ${NONCE}`), stderr]).toEqual([true, '']);
    }
  });
});
