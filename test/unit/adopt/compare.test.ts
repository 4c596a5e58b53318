import { expect, it } from 'vitest';
import { differences } from '../../../src/adopt/compare.ts';
import { read } from '../keepalived/read.ts';

const BASE = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  authentication {
    auth_type PASS
    auth_pass secret-1
  }
  virtual_ipaddress {
    192.0.2.10
    192.0.2.11
  }
}
vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
  virtual_ipaddress {
    192.0.2.12
  }
}
virtual_server 192.0.2.10 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.21 80 {
    weight 1
  }
  real_server 192.0.2.22 80 {
    weight 1
  }
}
`;

function compared(text: string): readonly string[] {
  const [before, after] = [read(BASE).understood, read(text).understood];
  if (before === undefined || after === undefined) throw new Error('not understood');
  return differences(before, after).map((one) => `${one.where}: ${one.before} -> ${one.after}`);
}

const [first = '', second = '', third = ''] = BASE.split(/(?<=^\}\n)/m);

it.each<[string, string, readonly string[]]>([
  ['nothing', BASE, []],
  ['the order of blocks', third + second + first, []],
  [
    'the order of real servers',
    BASE.replace('192.0.2.21', 'x').replace('192.0.2.22', '192.0.2.21').replace('x', '192.0.2.22'),
    [],
  ],
  [
    'a number',
    BASE.replace('virtual_router_id 52', 'virtual_router_id 53'),
    ['vrrp_instance VI_2 virtual_router_id: 52 -> 53'],
  ],
  [
    'a password, unseen',
    BASE.replace('secret-1', 'other'),
    ['vrrp_instance VI_1 authentication auth_pass: a password -> a password'],
  ],
  [
    'a weight of one real server',
    BASE.replace('weight 1\n  }\n}', 'weight 5\n  }\n}'),
    ['virtual_server 192.0.2.10:80 TCP real_server 192.0.2.22 80 weight: 1 -> 5'],
  ],
])('finds %s', (_name, text, expected) => {
  expect(compared(text)).toEqual(expected);
});

it('finds what is missing, and the order of virtual addresses, of which the first is special', () => {
  const [missing] = compared(first + third);
  expect(missing).toMatch(/^vrrp_instance VI_2: .* -> nothing$/);
  const swapped = BASE.replace('192.0.2.10\n    192.0.2.11', '192.0.2.11\n    192.0.2.10');
  expect(compared(swapped)).toHaveLength(1);
});
