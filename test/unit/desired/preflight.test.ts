import { beforeAll, describe, expect, it } from 'vitest';
import { chooseEngines } from '../../../src/desired/engine.ts';
import { preflight } from '../../../src/desired/preflight.ts';
import type { Failure } from '../../../src/failure.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import type { Facts } from '../../../src/observe/facts.ts';
import type { ClusterState } from '../../../src/observe/cluster-state.ts';
import { observedCluster } from '../../support/observed.ts';
import { AGENT, recordedCluster } from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

/** Why lvsctl cannot work with a host whose facts are as given. */
function refused(
  name: string,
  given: Partial<Facts> = {},
  interfaceName = 'auto',
  agents = AGENT,
): Failure | undefined {
  const instances = cluster.instances.map((instance) => ({
    ...instance,
    members: instance.members.map((member) => ({ ...member, interface: interfaceName })),
  }));
  const of = { ...cluster, instances };
  const state = observedCluster(cluster);
  const hosts = new Map(
    [...state.hosts].map(([host, one]) => [host, host === name ? { ...one, facts: { ...one.facts, ...given } } : one]),
  );
  const changed = { ...state, hosts };
  return preflight(of, changed, chooseEngines(of, changed, agents)).get(name);
}

describe('a host that lvsctl can work with', () => {
  it('has a package manager, systemd, and an interface with its address', () => {
    expect(refused('dr1')).toBeUndefined();
    expect(refused('dr1', {}, 'eth0')).toBeUndefined();
    expect(refused('rs1')).toBeUndefined();
  });

  it('may lack systemd when it is the client', () => {
    expect(refused('c1', { initSystem: undefined })).toBeUndefined();
  });

  it('may lack its address on an interface when the inventory names the interface', () => {
    expect(refused('dr1', { addresses: [] }, 'eth0')).toBeUndefined();
  });

  it('may lack a package manager when it is a director that gets the agent', () => {
    expect(refused('dr1', { platform: undefined, keepalivedFrom: undefined })).toBeUndefined();
    const none = refused('dr1', { platform: undefined, keepalivedFrom: undefined }, 'auto', () => ({
      missing: 'it is not built here',
      fix: 'Build it.',
    }));
    expect(none?.message).toContain('dr1: the bundled agent is unavailable: it is not built here');
  });
});

describe('a host that lvsctl cannot work with', () => {
  it.each([
    ['no package manager', 'c1', 'auto', { platform: undefined }, 'c1: Some OS has no supported package manager'],
    ['no init system', 'rs1', 'auto', { initSystem: undefined }, 'rs1: Some OS has no supported init system'],
    ['no interface with the address', 'dr1', 'auto', { addresses: [] }, 'dr1: no interface holds 192.168.168.100'],
    ['no interface of that name', 'dr1', 'eth7', {}, 'dr1: there is no interface eth7'],
  ] as const)('has %s, and gets a fix', (_name, which, interfaceName, given, message) => {
    const failure = refused(which, given, interfaceName);
    expect([failure?.code, failure?.message]).toEqual(['unsupported', message]);
    expect(failure?.detail.hint).toBeDefined();
  });

  it('names at once all that was looked for, and how to say what it resembles', () => {
    const failure = refused('rs1', { platform: undefined, initSystem: undefined });
    expect(failure?.message).toBe('rs1: Some OS has no supported package manager and no supported init system');
    expect(failure?.detail.hint).toBe(
      'Looked for the package managers apt, apk, pacman, zypper, dnf, yum, rpm alone with a folder of packages, and the init systems systemd, OpenRC, runit, sysvinit, busybox. If the host resembles one of them, set `platform` in the inventory, as in `platform: {packages: dnf, init: sysvinit}`.',
    );
  });

  it('lists its interfaces except lo', () => {
    const macs = new Map([
      ['lo', '00:00:00:00:00:00'],
      ['eth0', '02:00:00:00:00:01'],
    ]);
    const hint = refused('dr1', { macs }, 'eth7')?.detail.hint;
    expect(hint).toContain('eth0.');
    expect(hint).not.toContain('lo');
  });
});

describe('strict mode', () => {
  const withConf = (keywords: readonly string[], before?: string) => {
    const state = observedCluster(cluster);
    const conf = keywords.map((one) => one.split(' ')).map(([keyword = '', ...words]) => ({ keyword, words }));
    const instances = cluster.instances.map((instance) => ({
      ...instance,
      members: instance.members.map((member) => ({ ...member, conf })),
    }));
    const file = new Map(
      before === undefined ? [] : [['/etc/keepalived/keepalived.conf', { is: 'file', mode: 0o644, text: before }]],
    );
    const hosts = new Map([...state.hosts].map(([host, one]) => [host, { ...one, have: { ...one.have, file } }]));
    const of = { ...cluster, instances };
    const changed = { ...state, hosts } as ClusterState;
    return [...preflight(of, changed, chooseEngines(of, changed, AGENT)).values()].map(({ message }) => message);
  };

  it('is refused where it would make the virtual addresses unreachable', () => {
    expect(withConf(['version 3', 'strict_mode'])).toEqual([
      'dr1: strict mode would make the virtual addresses of VI_1 unreachable',
      'dr2: strict mode would make the virtual addresses of VI_1 unreachable',
    ]);
    expect(withConf(['version 3', 'strict_mode'], 'global_defs {\n}\n')).toHaveLength(2);
  });

  it.each([
    [['version 3', 'strict_mode', 'accept'], undefined],
    [['strict_mode off'], undefined],
    [['version 3', 'strict_mode'], 'global_defs {\n  vrrp_strict\n}\n'],
  ] as const)('is accepted with %j on a host with %j', (keywords, before) => {
    expect(withConf(keywords, before)).toEqual([]);
  });
});

describe('the keepalived of a director', () => {
  const withLines = (lines: string, given: Partial<Facts>) => {
    const state = observedCluster(cluster);
    const instances = cluster.instances.map((instance) => ({
      ...instance,
      members: instance.members.map((member) => ({ ...member, conf: [{ raw: lines.trimEnd().split('\n') }] })),
    }));
    const of = { ...cluster, instances };
    const hosts = new Map([...state.hosts].map(([host, one]) => [host, { ...one, facts: { ...one.facts, ...given } }]));
    const changed = { ...state, hosts };
    return preflight(of, changed, chooseEngines(of, changed, AGENT));
  };

  it('is refused when it is too old for a keyword', () => {
    const refusals = withLines('check_unicast_src\nunicast_ttl 3\n', { keepalivedVersion: '2.0.10' });
    expect([...refusals.keys()]).toEqual(['dr1', 'dr2']);
    expect(refusals.get('dr1')?.message).toBe(
      'dr1: keepalived 2.0.10 has no keywords "check_unicast_src" (since 2.1.0): vrrp_instance.check_unicast_src, ' +
        '"unicast_ttl" (since 2.1.0): vrrp_instance.unicast_ttl',
    );
  });

  it('is refused where the package that would be installed is too old', () => {
    const refusals = withLines('unicast_ttl 3\n', { keepalivedFrom: 'candidate', keepalivedVersion: '2.0.10' });
    const { message, detail } = refusals.get('dr1') ?? {};
    expect(message).toContain('dr1: keepalived 2.0.10 has no keyword "unicast_ttl" (since 2.1.0)');
    expect(detail?.hint).toContain('Provide a package source with a newer keepalived');
  });

  it('is accepted when it has every keyword, or its version is unknown', () => {
    expect(withLines('check_unicast_src\n', { keepalivedVersion: '2.2.7' }).size).toBe(0);
    expect(withLines('check_unicast_src\n', {}).size).toBe(0);
  });

  it('is refused when it is older than any that lvsctl writes for', () => {
    const { message, detail } = withLines('', { keepalivedVersion: '1.2.7' }).get('dr1') ?? {};
    expect(message).toBe('dr1: keepalived 1.2.7 is older than 1.2.13, the oldest supported');
    expect(detail?.hint).toContain('use `engine: agent`');
  });

  it('is irrelevant where the agent replaces it', () => {
    const agentOnly = { keepalivedFrom: 'none', keepalivedVersion: '2.0.10' } as const;
    expect(withLines('check_unicast_src\n', agentOnly).size).toBe(0);
  });
});
