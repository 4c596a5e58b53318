import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/pipeline/plan.ts';
import { type Plan, changesIn } from '../../../src/plan/plan.ts';
import { planAsJson } from '../../../src/plan/json.ts';
import { warningLines } from '../../../src/plan/render.ts';
import { hostSettings } from '../../../src/verify/checks/host-settings.ts';
import { type Undone, connectFakeCluster, recordedCluster } from '../../support/recorded.ts';
import { judged } from '../verify/evidence.ts';

async function planned(undone: Undone): Promise<Plan> {
  const { session } = await connectFakeCluster(await recordedCluster(), 'deployed', undone);
  return (await plan(session, () => undefined, new AbortController().signal)).plan;
}

/** Lines of files, as grep prints them. */
const files =
  (...lines: readonly string[]) =>
  (sections: Map<string, string>): void => {
    sections.set('sysctl-files', `${lines.join('\n')}\n`);
  };

const IGNORE = 'net.ipv4.conf.all.arp_ignore';

describe('files that overrule sysctls of the cluster', () => {
  it('are warnings of a plan, one for each file, in text and JSON', async () => {
    const { warnings, ...rest } = await planned({
      rs1: files(
        `/etc/sysctl.d/zzz.conf:${IGNORE} = 0`,
        '/etc/sysctl.d/zzz.conf:net.ipv4.conf.all.arp_announce=1',
        `/etc/sysctl.conf:${IGNORE} = ${'9'.repeat(50)}`,
      ),
    });
    const made = { ...rest, warnings };
    expect(warningLines(made).map(({ text }) => text)).toEqual([
      `rs1: warning: /etc/sysctl.d/zzz.conf sets ${IGNORE} = 0 instead of 1, net.ipv4.conf.all.arp_announce = 1 instead of 2, and it is read at boot after /etc/sysctl.d/zz-lvsctl.conf. Remove these lines from /etc/sysctl.d/zzz.conf.`,
      `rs1: warning: /etc/sysctl.conf sets ${IGNORE} = ${'9'.repeat(40)}… (10 characters more) instead of 1, and \`sysctl -p\` and \`sysctl --system\` read it after /etc/sysctl.d/zz-lvsctl.conf. Remove the line from /etc/sysctl.conf.`,
    ]);
    expect(planAsJson(made).warnings).toEqual(
      warnings.map(({ message, fix }) => ({ host: 'rs1', code: 'overruled-sysctl', message, fix })),
    );
  });

  it.each([
    ['with the same value', `/etc/sysctl.d/zzz.conf:${IGNORE} = 1`],
    ['with other parameters', '/etc/sysctl.d/zzz.conf:net.ipv4.tcp_syncookies = 0'],
  ])('are none %s', async (_name, line) => {
    expect((await planned({ rs1: files(line) })).warnings).toEqual([]);
  });

  it('fail verify if they are read at boot, and are reported otherwise', async () => {
    const results = await judged(hostSettings, {
      undone: {
        rs1: files(`/etc/sysctl.d/zzz.conf:${IGNORE}=0`),
        rs2: files(`/etc/sysctl.conf:${IGNORE}=0`),
      },
    });
    expect(results.map(({ check, status, title }) => [check, status, title])).toEqual([
      ['host-settings', 'failed', 'rs1 keeps the settings of the cluster'],
      ['host-settings', 'skipped', 'rs2 keeps the settings of the cluster'],
    ]);
  });
});

describe('other settings of a host', () => {
  const settings =
    (...lines: readonly string[]) =>
    (sections: Map<string, string>): void => {
      sections.set('settings', `${lines.join('\n')}\n`);
    };
  const HOOK = '/etc/network/if-up.d/announce';

  it.each<readonly [string, Undone, readonly string[]]>([
    [
      'a profile of AppArmor for keepalived',
      { dr1: settings('/usr/sbin/keepalived (enforce)') },
      [
        'dr1: AppArmor enforces the profile /usr/sbin/keepalived, which may keep keepalived from what keepalived.conf names',
      ],
    ],
    ['a profile of a program that lvsctl writes nothing for', { rs1: settings('keepalived (enforce)') }, []],
    [
      'a script that announces addresses of a real server',
      { rs1: settings(HOOK) },
      [`rs1: ${HOOK} may announce the virtual addresses of this real server by ARP when an interface comes up`],
    ],
    ['such a script on a director', { dr1: settings(HOOK) }, []],
  ])('%s', async (_name, undone, expected) => {
    expect((await planned(undone)).warnings.map(({ host, message }) => `${host}: ${message}`)).toEqual(expected);
  });
});

it('the file of an earlier release is removed from every host', async () => {
  const former = (sections: Map<string, string>): void => {
    sections.set('obsolete', '+/etc/sysctl.d/60-lvsctl.conf\n');
  };
  const changes = changesIn(await planned({ dr1: former, rs1: former }));
  expect(changes.map(({ host, kind, key, action }) => [host, kind, key, action])).toEqual([
    ['dr1', 'obsolete', '/etc/sysctl.d/60-lvsctl.conf', 'remove'],
    // After the directors, as every removal.
    ['rs1', 'obsolete', '/etc/sysctl.d/60-lvsctl.conf', 'remove'],
  ]);
});
