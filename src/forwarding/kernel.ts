/** How ipvsadm(8) takes a forwarding method, and how /proc/net/ip_vs prints it, by keepalived's `lb_kind`. */
export const KERNEL = {
  DR: { option: '-g', name: 'Route' },
  NAT: { option: '-m', name: 'Masq' },
  TUN: { option: '-i', name: 'Tunnel' },
} as const;
