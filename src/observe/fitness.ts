import { Failure } from '../failure.ts';
import type { Director, Host, Role } from '../inventory/cluster.ts';
import type { Facts } from './facts.ts';

/** Why lvsctl cannot work with a host; undefined when it can. It is told before anything is changed anywhere. */
export function unfit(host: Host, role: Role, facts: Facts, engine?: 'keepalived' | 'agent'): Failure | undefined {
  const detail = (hint: string) => ({ host: host.name, hint });
  if (facts.platform === undefined && engine !== 'agent') {
    return new Failure(
      'unsupported',
      `${host.name}: ${facts.os} has no package manager that lvsctl knows`,
      detail('apt (Debian, Ubuntu) is supported; CONTRIBUTING.md tells how to add another.'),
    );
  }
  if (!facts.systemd && role !== 'client') {
    return new Failure(
      'unsupported',
      `${host.name}: ${facts.os} does not run systemd`,
      detail('lvsctl starts keepalived, its agent and lvs.dr.sh as systemd units.'),
    );
  }
  if (role === 'director' && !facts.addresses.some((held) => held.address === host.address)) {
    const { interface: name } = host as Director;
    if (name === 'auto') {
      return new Failure(
        'unsupported',
        `${host.name}: no interface holds ${host.address}`,
        detail(`Name the interface for VRRP in the inventory: interface: NAME. It has ${told(facts)}.`),
      );
    }
  }
  if (role === 'director') {
    const { interface: name } = host as Director;
    if (name !== 'auto' && !facts.macs.has(name)) {
      return new Failure(
        'unsupported',
        `${host.name}: there is no interface ${name}`,
        detail(`Correct interface: in the inventory. The host has ${told(facts)}.`),
      );
    }
  }
  return undefined;
}

function told(facts: Facts): string {
  return [...facts.macs.keys()].filter((name) => name !== 'lo').join(', ');
}
