import { beforeAll, describe, expect, it } from 'vitest';
import { formerWants } from '../../../src/desired/former.ts';
import { Failure } from '../../../src/failure.ts';
import { type Cluster, hostsOf } from '../../../src/inventory/cluster.ts';
import type { FormerResource, FormerValue } from '../../../src/observe/origin.ts';
import type { Kind, Want } from '../../../src/resources/kinds.ts';
import { recordedCluster } from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const former = (kind: Kind, key: string, fields: Readonly<Record<string, FormerValue>>): FormerResource => ({
  kind,
  key,
  fields: new Map(Object.entries(fields)),
});

function wantsOf(host: string, ...resources: readonly FormerResource[]): readonly Want[] {
  const member = hostsOf(cluster).find((one) => one.host.name === host);
  if (member === undefined) throw new Error(`no host ${host}`);
  const wants = formerWants(cluster, member, { resources });
  if (wants instanceof Failure) throw wants;
  expect(wants.at(-1)?.want).toEqual({ kind: 'own-folder' });
  return wants.slice(0, -1).map(({ want }) => want);
}

const FILE = { file: true } as const;
const CONF = '/etc/keepalived/keepalived.conf';

describe('the way back', () => {
  it('stops, removes and restores in this order, what was changed last first', () => {
    const wants = wantsOf(
      'rs1',
      former('file', '/usr/local/sbin/lvs.dr.sh', { text: null, mode: null }),
      former('file', '/etc/systemd/system/lvs-dr.service', { text: null, mode: null }),
      former('service', 'lvs-dr.service', { enabled: 'no', active: 'inactive' }),
      former('sysctl', 'net.ipv4.conf.all.arp_ignore', { value: '0' }),
      former('address', '192.168.168.12 lo', { address: null }),
      former('address', '2001:db8::12 lo', { address: '2001:db8::12/64' }),
      former('packages', 'packages', { 'nginx-light': null, curl: '7.88' }),
      former('file', '/etc/sysctl.d/60-lvsctl.conf', { text: FILE }),
      former('service', 'nginx.service', { enabled: 'no' }),
      former('service', 'other.service', { enabled: 'yes', active: 'active' }),
    );
    expect(wants).toEqual([
      { kind: 'former-service', unit: 'nginx.service', enabled: false, reloadOn: [], disruptive: false },
      {
        kind: 'former-service',
        unit: 'lvs-dr.service',
        enabled: false,
        active: false,
        reloadOn: [],
        disruptive: false,
      },
      { kind: 'address', address: '192.168.168.12', device: 'lo', present: false, reason: 'as before lvsctl' },
      {
        kind: 'former-file',
        path: '/etc/systemd/system/lvs-dr.service',
        existed: false,
        afterwards: ['systemctl', 'daemon-reload'],
      },
      { kind: 'former-file', path: '/usr/local/sbin/lvs.dr.sh', existed: false, beforehand: ['stop'] },
      { kind: 'sysctl', name: 'net.ipv4.conf.all.arp_ignore', value: '0', optional: true },
      {
        kind: 'packages',
        names: ['curl'],
        versions: { curl: '7.88' },
        localMount: cluster.packages.localMount,
        allowDowngrade: true,
      },
      { kind: 'absent-packages', names: ['nginx-light'] },
      { kind: 'former-file', path: '/etc/sysctl.d/60-lvsctl.conf', existed: true },
      { kind: 'address', address: '2001:db8::12/64', device: 'lo', present: true, reason: 'as before lvsctl' },
      { kind: 'former-service', unit: 'other.service', enabled: true, active: true, reloadOn: [], disruptive: false },
    ]);
  });

  it('reloads keepalived, which ran before, when its file is restored', () => {
    expect(wantsOf('dr1', former('file', CONF, { text: FILE }))).toEqual([
      { kind: 'former-file', path: CONF, existed: true },
      { kind: 'former-service', unit: 'keepalived.service', reloadOn: [CONF], disruptive: false },
    ]);
  });

  it('has one want of a unit that was changed and reads a former file', () => {
    const conf = former('file', CONF, { text: FILE });
    const service = (fields: Readonly<Record<string, FormerValue>>) => former('service', 'keepalived.service', fields);
    const unit = { kind: 'former-service', unit: 'keepalived.service', disruptive: true };
    expect(wantsOf('dr1', conf, service({ enabled: 'no' }))[1]).toEqual({ ...unit, enabled: false, reloadOn: [CONF] });
    expect(wantsOf('dr1', conf, service({ active: 'failed' }))[0]).toEqual({ ...unit, active: false, reloadOn: [] });
    expect(wantsOf('dr1', conf, service({ active: 'active' }))[1]).toEqual({ ...unit, active: true, reloadOn: [] });
  });

  it.each<[string, Readonly<Record<string, FormerValue>>, boolean]>([
    ['a file that lvsctl created', { text: null, mode: null }, false],
    ['one that was too large later', { text: null, mode: null, size: '9000000 bytes' }, false],
    ['a file of which only the mode was changed', { mode: '0600' }, true],
    ['a file that was too large', { size: '9000000 bytes', text: null }, true],
    ['a link', { type: 'symbolic link to a', text: null }, true],
  ])('knows whether there was %s', (_name, fields, existed) => {
    expect(wantsOf('rs1', former('file', '/etc/a', fields))).toEqual([
      { kind: 'former-file', path: '/etc/a', existed },
    ]);
  });

  it('removes rules from the firewall, and the program of the agent', () => {
    expect(
      wantsOf(
        'dr1',
        former('program', '/usr/local/sbin/lvs-agent', { sha256: null, size: null }),
        former('firewall', 'rules', { accepts: null }),
      ),
    ).toEqual([
      { kind: 'firewall', path: '/usr/local/sbin/lvs.firewall.sh', unit: 'lvs-firewall.service', accepts: [] },
      { kind: 'former-file', path: '/usr/local/sbin/lvs-agent', existed: false },
    ]);
  });

  it('does not bring back a virtual address that a director held beside VRRP, nor what has no way back', () => {
    expect(
      wantsOf(
        'dr1',
        former('address', '192.168.168.12 eth0', { address: '192.168.168.12/32' }),
        former('module', 'ip_vs', { loaded: 'no' }),
        former('sysctl', 'net.ipv4.vs.conntrack', { value: null }),
        former('service', 'a.service', { reload: null }),
        former('file', '/var/lib/lvsctl/files', { text: null }),
        former('bundle', 'bundle', { from: null }),
      ),
    ).toEqual([]);
  });

  it('is refused with a record that was not written by lvsctl', () => {
    const [member] = hostsOf(cluster);
    if (member === undefined) throw new Error('no host');
    expect(formerWants(cluster, member, { mistake: 'line 3 was not written by lvsctl' })).toMatchObject({
      message: 'dr1: the record of its state before lvsctl cannot be used: line 3 was not written by lvsctl',
    });
  });
});
