import { mistake, type Finding, type Linted } from '../finding.ts';

/** Only a third host sees what clients see: the VIP is local on directors, and on real servers too under some methods. */
export function clientApart({ cluster, input }: Linted): readonly Finding[] {
  const { client } = cluster;
  if (client === undefined) return [];
  if (client.access.kind === 'local') return [];
  const at = ['client', 'address'];
  if (input.client?.address === undefined) {
    return [mistake(['client'], '`client` needs an address.', 'Use `client: local` for the machine that runs lvsctl.')];
  }
  const hint = 'Name a third host that reaches the VIP over the network, or leave `client` out.';
  const director = cluster.directors.find(({ address }) => address === client.address);
  if (director !== undefined) {
    const what = `The client ${client.address} is the director ${director.name}: it holds the VIP itself, so it cannot test it.`;
    return [mistake(at, what, hint)];
  }
  const server = cluster.realServers.find(({ address }) => address === client.address);
  if (server !== undefined) {
    const what = `The client ${client.address} is the real server ${server.name}: it would answer itself on the VIP.`;
    return [mistake(at, what, hint)];
  }
  return [];
}
