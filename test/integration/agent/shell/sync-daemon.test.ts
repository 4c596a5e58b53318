import { expect, it } from 'vitest';
import type { InstanceStateName } from '../../../../src/agent/core/vrrp/event.ts';
import type { SyncDaemon, SyncState } from '../../../../src/agent/core/netlink/ipvs-message.ts';
import type { IpvsKernel } from '../../../../src/agent/shell/ipvs/ipvs-kernel.ts';
import { SyncDaemonFollower } from '../../../../src/agent/shell/ipvs/sync-daemon.ts';
import { read } from '../../../unit/keepalived/read.ts';

/** Records requests, except for the initial cleanup. */
function follower(words: string, state: InstanceStateName) {
  const text = `global_defs {\nlvs_sync_daemon ${words}\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1\n}\n}`;
  const { conf } = read(text);
  const daemon = conf?.global_defs.lvs_sync_daemon;
  if (conf === undefined || daemon === undefined) throw new Error('no configuration');
  const asked: string[] = [];
  const kernel = { takes: true };
  const ipvs = {
    startDaemon: (one: SyncDaemon) => {
      asked.push(`start ${one.state} ${one.interface} ${one.id}`);
      return kernel.takes;
    },
    stopDaemon: (one: SyncState) => asked.push(`stop ${one}`),
  };
  const follow = new SyncDaemonFollower(ipvs as unknown as IpvsKernel, conf, daemon, () => state);
  expect(asked.splice(0, 2)).toEqual(['stop master', 'stop backup']);
  return { asked, follow, kernel };
}

it('runs as master while its instance is MASTER, otherwise as backup', () => {
  const { asked, follow } = follower('eth0 inst A', 'BACKUP');
  follow.became('A', 'MASTER');
  follow.became('A', 'MASTER');
  follow.became('B', 'BACKUP');
  follow.became('A', 'FAULT');
  follow.close();
  expect(asked).toEqual([
    'start backup eth0 51',
    'stop backup',
    'start master eth0 51',
    'stop master',
    'start backup eth0 51',
    'stop backup',
  ]);
});

it('runs both without an instance', () => {
  const { asked, follow } = follower('eth0 id 7', 'BACKUP');
  follow.became('A', 'MASTER');
  follow.close();
  expect(asked).toEqual(['start master eth0 7', 'start backup eth0 7', 'stop master', 'stop backup']);
});

it('retries a refused daemon on interface changes until it runs', () => {
  const { asked, follow, kernel } = follower('eth0 inst A', 'BACKUP');
  asked.length = 0;
  kernel.takes = false;
  follow.became('A', 'MASTER');
  follow.linkChanged('eth1');
  follow.linkChanged('eth0');
  kernel.takes = true;
  follow.linkChanged('eth0');
  follow.linkChanged('eth0');
  follow.retry();
  expect(asked).toEqual(['stop backup', 'start master eth0 51', 'start master eth0 51', 'start master eth0 51']);
});

it('does not stop a refused daemon', () => {
  const { asked, follow, kernel } = follower('eth0 inst A', 'BACKUP');
  kernel.takes = false;
  follow.became('A', 'MASTER');
  asked.length = 0;
  follow.close();
  follow.retry();
  expect(asked).toEqual([]);
});
