import { describe, expect, it } from 'vitest';
import { lacksKeywords, missingKeywords } from '../../../src/keepalived/version-gate.ts';

const ENV = { configId: undefined, hostname: 'dr1.example.com', tls: true };

const missing = (text: string, version: string) =>
  missingKeywords(text, version, ENV).map(({ path, since }) => `${path} ${since}`);

const CONF = `
global_defs {
  router_id dr1
  vrrp_startup_delay 2
}
vrrp_instance VI_1 {
  check_unicast_src
  virtual_ipaddress {
    10.0.0.1 dev eth0
    vrrp_startup_delay
  }
  @dr2 unicast_ttl 3
}
virtual_server 10.0.0.1 80 {
  real_server 10.0.0.2 80 {
    UDP_CHECK {
      payload 00
    }
  }
  real_server 10.0.0.3 80 {
    UDP_CHECK {
      payload 00
    }
  }
}
`;

describe('a keepalived', () => {
  it('lacks later keywords, each path once, and nothing inside a missing block', () => {
    expect(missing(CONF, '2.0.10')).toEqual([
      'global_defs.vrrp_startup_delay 2.0.14',
      'vrrp_instance.check_unicast_src 2.1.0',
      'virtual_server.real_server.UDP_CHECK 2.1.0',
    ]);
  });

  it('has keywords of its own and earlier releases', () => {
    expect(missing(CONF, '2.1.0')).toEqual(['virtual_server.real_server.UDP_CHECK.payload 2.2.0']);
    expect(missing(CONF, '2.2.0')).toEqual([]);
    expect(missing('vrrp_instance A {\nauth_hmac {\nkey 1 x\n}\nno_virtual_ipaddress\n}', '2.2.7')).toEqual([
      'vrrp_instance.auth_hmac 2.4.0',
      'vrrp_instance.no_virtual_ipaddress 2.2.8',
    ]);
    expect(missing(CONF, '2.0.20').at(-1)).toBe('virtual_server.real_server.UDP_CHECK 2.1.0');
    expect(missing(CONF, '10.0.0')).toEqual([]);
  });

  it('reads lines of its own host only', () => {
    expect(missing('vrrp_instance VI_1 {\n@dr1 unicast_ttl 3\n}\n', '2.0.10')).toEqual([
      'vrrp_instance.unicast_ttl 2.1.0',
    ]);
  });

  it('lacks no unknown words, and nothing of an incomplete file', () => {
    expect(missing('frobnicate\nvrrp_instance {\nnone\nconstructor\n', '1.0.0')).toEqual([]);
  });

  it('with an unreadable version counts as having every keyword', () => {
    expect(missing(CONF, 'UNKNOWN')).toEqual([]);
  });

  it.each([
    ['1.3.5', true],
    ['2.2.5', true],
    ['2.3.4', true],
    ['2.4.0', false],
    ['2.10.0', false],
    ['UNKNOWN', false],
  ])('of version %s lacks any: %s', (version, lacks) => {
    expect(lacksKeywords(version)).toBe(lacks);
  });
});
