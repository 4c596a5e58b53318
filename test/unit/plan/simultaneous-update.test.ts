import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/plan/change.ts';
import { requiresSimultaneousUpdate } from '../../../src/plan/simultaneous-update.ts';
import { wavesOf } from '../../../src/plan/waves.ts';

const conf = (addresses: string, rest = ''): string =>
  `vrrp_instance VI_1 {\n  priority 100\n  virtual_ipaddress {\n${addresses}\n  }\n}\n${rest}`;

function change(host: string, before: string, after: string): Change {
  return {
    host,
    role: 'director',
    kind: 'file',
    key: '/etc/keepalived/keepalived.conf',
    action: 'update',
    fields: [{ name: 'text', before, after, text: true }],
    reason: undefined,
    disruptive: false,
    causes: [],
    secrets: [],
    advice: undefined,
    steps: [],
  };
}

const one = conf('    192.168.168.12/32');
const two = conf('    192.168.168.12/32\n    192.168.168.13/32');

describe('directors', () => {
  it('change simultaneously when an address is added', () => {
    const waves = wavesOf([change('dr1', one, two), change('dr2', one, two)], 'dr1');
    expect(waves.map(({ changes }) => changes.map(({ host }) => host))).toEqual([['dr1', 'dr2']]);
  });

  it('change one after the other when anything else changes', () => {
    const other = conf('    192.168.168.12/32', 'virtual_server 192.168.168.12 80 {\n}\n');
    const waves = wavesOf([change('dr1', one, other), change('dr2', one, other)], 'dr1');
    expect(waves.map(({ changes }) => changes.map(({ host }) => host))).toEqual([['dr2'], ['dr1']]);
  });

  it.each([
    ['an address added', one, two, true],
    ['an address removed', two, one, true],
    ['another order', two, conf('    192.168.168.13/32\n    192.168.168.12/32'), true],
    ['only another layout', one, conf('\t192.168.168.12/32'), false],
    ['another ID', one, one.replace('priority 100', 'priority 100\n  virtual_router_id 52'), true],
    ['another interval', one, one.replace('priority 100', 'priority 100\n  advert_int 2'), true],
    ['another priority', one, one.replace('100', '90'), false],
    ['peers instead of a group', one, one.replace('priority 100', 'unicast_peer {\n    10.0.0.2\n  }'), true],
    ['another instance beside it', one, `${one}${one.replace('VI_1', 'VI_2')}`, false],
    ['another instance in its place', one, one.replace('VI_1', 'VI_2'), false],
    ['only a comment', one, conf('    192.168.168.12/32 ! the site'), false],
  ])('with %s', (_name, before, after, expected) => {
    expect(requiresSimultaneousUpdate([change('dr1', before, after)])).toBe(expected);
  });

  it('change one after the other when the file is new', () => {
    const created = {
      ...change('dr1', '', one),
      fields: [{ name: 'text', before: undefined, after: one, text: true }],
    };
    expect(requiresSimultaneousUpdate([created])).toBe(false);
  });
});
