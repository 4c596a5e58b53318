/** What a host of the lab is for; the lab itself treats all of them alike. */
export type LabRole = 'director' | 'real-server' | 'client';

export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly role: LabRole;
}

/** The lab's one network: five hosts on one switch, and a control address that only this machine's lab namespace has. */
export const LAB_NETWORK = {
  prefixLength: 24,
  vip: '192.168.168.12',
  control: '192.168.168.1',
} as const;

export const LAB_HOSTS: readonly LabHost[] = [
  { name: 'dr1', address: '192.168.168.100', role: 'director' },
  { name: 'dr2', address: '192.168.168.107', role: 'director' },
  { name: 'rs1', address: '192.168.168.102', role: 'real-server' },
  { name: 'rs2', address: '192.168.168.103', role: 'real-server' },
  { name: 'c1', address: '192.168.168.200', role: 'client' },
];
