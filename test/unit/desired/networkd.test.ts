import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/pipeline/plan.ts';
import { changesIn } from '../../../src/plan/plan.ts';
import { warningLines } from '../../../src/plan/render.ts';
import {
  type Sections,
  type Undone,
  connectFakeCluster,
  filesAsProbed,
  recordedCluster,
} from '../../support/recorded.ts';

const FILE = '/run/systemd/network/10-netplan-eth0.network';
const DROP_IN = '/etc/systemd/network/10-netplan-eth0.network.d/lvsctl.conf';
const CONF = '/etc/systemd/networkd.conf.d/lvsctl.conf';

/** systemd-networkd manages an interface by its number. */
const manages =
  (number: number, file = FILE, ...more: readonly string[]) =>
  (sections: Sections): void => {
    const link = `/run/systemd/netif/links/${number}`;
    sections.set('managers', [`${link}:ADMIN_STATE=configured`, `${link}:NETWORK_FILE=${file}`, ...more].join('\n'));
  };

async function planned(undone: Undone) {
  const { session } = await connectFakeCluster(await recordedCluster(), 'deployed', undone);
  const { plan: made } = await plan(session, () => undefined, new AbortController().signal);
  return {
    changes: changesIn(made).map(({ host, kind, key, action }) => `${host} ${action} ${kind} ${key}`),
    files: changesIn(made).map(({ key, fields }) => ({ path: key, text: fields[0]?.after ?? '' })),
    warnings: warningLines(made).map(({ text }) => text.split(', and ')[0]),
  };
}

describe('systemd-networkd', () => {
  it.each<readonly [string, Undone, readonly string[]]>([
    ['on no host', {}, []],
    ['of the interface of a director', { dr1: manages(2) }, [`dr1 create file ${DROP_IN}`, `dr1 create file ${CONF}`]],
    ['of another interface', { dr1: manages(3) }, []],
    ['of the interface of a real server, which has its VIP on lo', { rs1: manages(2) }, []],
    [
      'of lo of a real server',
      { rs1: manages(1, '/etc/systemd/network/lo.network') },
      [`rs1 create file /etc/systemd/network/lo.network.d/lvsctl.conf`, `rs1 create file ${CONF}`],
    ],
    ['with a choice of its own', { dr1: manages(2, FILE, `${FILE}:KeepConfiguration=dhcp`) }, []],
    ['with a file of an unusual name', { dr1: manages(2, '/etc/systemd/network/a b.network') }, []],
  ])('%s', async (_name, undone, changes) => {
    expect((await planned(undone)).changes).toEqual(changes);
  });

  it('has nothing to change with the files of lvsctl, which stay', async () => {
    const { files } = await planned({ dr1: manages(2) });
    const kept = (sections: Sections): void => {
      manages(2, FILE, `${DROP_IN}:KeepConfiguration=static`)(sections);
      const probed = filesAsProbed(files.map(({ path, text }) => ({ path, text, mode: 0o644, secrets: [] })));
      sections.set('file', `${sections.get('file') ?? ''}${probed}`);
    };
    expect(await planned({ dr1: kept })).toEqual({ changes: [], files: [], warnings: [] });
  });

  it('is no longer there: the file for all interfaces goes', async () => {
    const { changes } = await planned({ dr2: (sections) => void sections.set('obsolete', `+${CONF}\n`) });
    expect(changes).toEqual([`dr2 remove obsolete ${CONF}`]);
  });

  it('is a warning of the plan where its files keep no addresses by choice, as is NetworkManager', async () => {
    const { warnings } = await planned({
      dr1: manages(2, FILE, `${FILE}:KeepConfiguration=dhcp`),
      dr2: (sections) => void sections.set('managers', '/run/NetworkManager/devices/2:managed=true\n'),
    });
    expect(warnings).toEqual([
      'dr1: warning: systemd-networkd manages eth0',
      'dr2: warning: NetworkManager manages eth0',
    ]);
  });
});
