import type { Checker, CheckerConnection, HttpUrl } from '../../../../src/keepalived/model/check.ts';

type Kind = Checker['kind'];
type Of<K extends Kind> = Extract<Checker, { readonly kind: K }>;

const TIMING = {
  delay_loop: 6000,
  retry: 1,
  delay_before_retry: 1000,
  warmup: 0,
  alpha: false,
  log_all_failures: false,
} as const;

function connection(port: number): Omit<Of<'TCP_CHECK'>, keyof typeof TIMING | 'kind'> {
  return {
    connect_ip: '127.0.0.1',
    connect_port: port,
    connect_timeout: 400,
    bindto: undefined,
    bind_if: undefined,
    bind_port: undefined,
    fwmark: undefined,
  };
}

type Patience = Partial<Pick<CheckerConnection, 'connect_timeout'>>;

export function tcpCheck(port: number, patience: Patience = {}): Checker {
  return { kind: 'TCP_CHECK', ...TIMING, ...connection(port), ...patience };
}

export function pingCheck(address: string, patience: Patience = {}): Checker {
  return { kind: 'PING_CHECK', ...TIMING, ...connection(0), ...patience, connect_ip: address };
}

/** Requests each path, expecting status 200 and the digest, if given. */
export function httpGet(port: number, ...urls: readonly (Partial<HttpUrl> & { readonly path: string })[]): Checker {
  return {
    kind: 'HTTP_GET',
    ...TIMING,
    ...connection(port),
    http_protocol: '1.0',
    virtualhost: undefined,
    enable_sni: false,
    url: urls.map((url) => ({
      virtualhost: undefined,
      digest: undefined,
      status_code: [{ min: 200, max: 200 }],
      regex: undefined,
      ...url,
    })),
  };
}

export function sslGet(port: number, path: string): Checker {
  const checker = httpGet(port, { path });
  return checker.kind === 'HTTP_GET' ? { ...checker, kind: 'SSL_GET' } : checker;
}

export function smtpCheck(port: number): Checker {
  return { kind: 'SMTP_CHECK', ...TIMING, ...connection(port), helo_name: 'dr1.example.org' };
}

export function dnsCheck(port: number, name: string): Checker {
  return { kind: 'DNS_CHECK', ...TIMING, ...connection(port), type: 'A', name };
}

export function udpCheck(port: number, differs: Partial<Of<'UDP_CHECK'>> = {}): Checker {
  return {
    kind: 'UDP_CHECK',
    ...TIMING,
    ...connection(port),
    payload: Uint8Array.from([1, 2, 3]),
    require_reply: 'any',
    min_reply_length: 0,
    max_reply_length: 255,
    ...differs,
  };
}

export function miscCheck(argv: readonly string[], differs: Partial<Of<'MISC_CHECK'>> = {}): Checker {
  return {
    kind: 'MISC_CHECK',
    ...TIMING,
    script: { argv, user: 'default' },
    timeout: 1500,
    misc_dynamic: false,
    ...differs,
  };
}

export function fileCheck(file: string): Checker {
  return { kind: 'FILE_CHECK', ...TIMING, file, weight: 1, reverse: false };
}
