import type { CheckConf, Checker, RealServer, VirtualServer } from '../../../../src/keepalived/model/check.ts';

type TcpCheck = Extract<Checker, { readonly kind: 'TCP_CHECK' }>;

/** A TCP_CHECK every 6 s with one retry after 1 s and no warmup. */
export function tcpCheck(fields: Partial<TcpCheck> = {}): TcpCheck {
  return {
    kind: 'TCP_CHECK',
    connect_ip: '192.0.2.1',
    connect_port: 80,
    connect_timeout: 5000,
    bindto: undefined,
    bind_if: undefined,
    bind_port: undefined,
    fwmark: undefined,
    delay_loop: 6000,
    retry: 1,
    delay_before_retry: 1000,
    warmup: 0,
    alpha: false,
    log_all_failures: false,
    ...fields,
  };
}

/** A checker of a real server, by default `tcpCheck`. */
export function checker(fields: Partial<Checker>, { address, port }: Pick<RealServer, 'address' | 'port'>): Checker {
  const plain = tcpCheck({ connect_ip: address, connect_port: port });
  return { ...plain, ...fields } as Checker;
}

/** 192.0.2.1:80 with one TCP_CHECK. */
export function realServer(fields: Partial<RealServer> = {}): RealServer {
  return {
    address: '192.0.2.1',
    port: 80,
    weight: 1,
    lb_kind: 'DR',
    tunnel: undefined,
    uthreshold: 0,
    lthreshold: 0,
    inhibit_on_failure: false,
    alpha: false,
    virtualhost: undefined,
    notify_up: undefined,
    notify_down: undefined,
    smtp_alert: false,
    checkers: [tcpCheck()],
    ...fields,
  };
}

/** 192.0.2.10:80 over the real server. */
export function virtualServer(fields: Partial<VirtualServer> = {}): VirtualServer {
  return {
    target: { kind: 'address', address: '192.0.2.10', last: undefined, port: 80 },
    family: 'ipv4',
    protocol: 'TCP',
    delay_loop: 6000,
    lb_algo: 'rr',
    lb_flags: [],
    ops: false,
    lb_kind: 'DR',
    persistence_timeout: 0,
    persistence_engine: undefined,
    persistence_granularity: undefined,
    virtualhost: undefined,
    alpha: false,
    omega: false,
    inhibit_on_failure: false,
    ha_suspend: false,
    quorum: 1,
    hysteresis: 0,
    quorum_up: undefined,
    quorum_down: undefined,
    smtp_alert: false,
    sorry_server: undefined,
    sorry_server_inhibit: false,
    real_server: [realServer()],
    ...fields,
  };
}

export function checkConf(...virtual_server: readonly VirtualServer[]): CheckConf {
  return { virtual_server_group: [], virtual_server };
}
