import { layOut } from './lay-out.ts';

/** The lab of no inventory: five hosts on one switch, the network of inventories/article.yml. */
export const ARTICLE = layOut({
  networks: [{ name: 'lan', cidr: '192.168.168.0/24' }],
  hosts: [
    { name: 'dr1', addresses: ['192.168.168.100'], roles: ['director'], interfaces: [], services: [] },
    { name: 'dr2', addresses: ['192.168.168.107'], roles: ['director'], interfaces: [], services: [] },
    { name: 'rs1', addresses: ['192.168.168.102'], roles: ['real-server'], interfaces: [], services: [] },
    { name: 'rs2', addresses: ['192.168.168.103'], roles: ['real-server'], interfaces: [], services: [] },
    { name: 'c1', addresses: ['192.168.168.200'], roles: ['client'], interfaces: [], services: [] },
  ],
  reach: [],
  vips: ['192.168.168.12'],
  reserved: [],
  added: [],
});
