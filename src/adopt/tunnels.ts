import type { Tunnel } from '../keepalived/model/check.ts';
import type { AdoptedService } from './services.ts';

/** What stands behind `TUN`; nothing for IPIP. */
export function tunnelWords(tunnel: Tunnel | undefined): readonly string[] {
  if (tunnel === undefined || tunnel.type === 'ipip') return [];
  const csum = tunnel.csum === 'none' ? [] : [tunnel.csum];
  return tunnel.type === 'gue' ? ['type', 'gue', 'port', String(tunnel.port), ...csum] : ['type', 'gre', ...csum];
}

/** The encapsulation that an inventory has for all: the first that is not IPIP, and that it has a key for. */
export function mainTunnel(services: readonly AdoptedService[]): Tunnel | undefined {
  const all = services.flatMap(({ members }) => members.flatMap(({ tunnel }) => tunnel ?? []));
  return all.find(({ type, csum }) => type !== 'ipip' && csum === 'none');
}

/** Real servers of another encapsulation get it for themselves. */
export function withOwnTunnels(services: readonly AdoptedService[]): readonly AdoptedService[] {
  const main = tunnelWords(mainTunnel(services)).join(' ');
  return services.map((service) => ({
    ...service,
    members: service.members.map((member) => {
      const words = tunnelWords(member.tunnel);
      const own = service.data['lb_kind'] === 'TUN' && member.tunnel !== undefined && words.join(' ') !== main;
      if (!own || member.data['lvs_method'] !== undefined) return member;
      return { ...member, data: { ...member.data, lvs_method: ['TUN', ...words].join(' ') } };
    }),
  }));
}
