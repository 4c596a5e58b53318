import { familyOf, type Family } from '../../../keepalived/text/address.ts';
import type { SocketChecker } from '../../core/probe/conversation.ts';
import { encodeSocketAddress } from '../net/socket-address.ts';

/** Source and destination of a conversation. */
export interface Place {
  readonly transport: 'tcp' | 'udp' | 'ping';
  readonly family: Family;
  readonly address: string;
  /** 0 for ping. */
  readonly port: number;
  /** Timeout in ms for the connection including its TLS handshake. */
  readonly timeout: number;
  readonly bindto: string | undefined;
  readonly bind_if: string | undefined;
  readonly bind_port: number | undefined;
  readonly fwmark: number | undefined;
  readonly tls: { readonly serverName: string | undefined } | undefined;
  /** The encoded address without scope, computed once for all probes. */
  readonly target: Uint8Array;
}

/** Omitted fields are chosen by the kernel. */
export function placeAt(
  words: Pick<Place, 'transport' | 'family' | 'address' | 'port' | 'timeout'> & Partial<Place>,
): Place {
  const { address, port } = words;
  return {
    bindto: undefined,
    bind_if: undefined,
    bind_port: undefined,
    fwmark: undefined,
    tls: undefined,
    target: encodeSocketAddress({ kind: 'ip', address, port, scope: 0 }),
    ...words,
  };
}

export function placeOf(checker: SocketChecker): Place {
  const transport = transportOf(checker);
  return placeAt({
    transport,
    family: familyOf(checker.connect_ip),
    address: checker.connect_ip,
    port: transport === 'ping' ? 0 : checker.connect_port,
    timeout: checker.connect_timeout,
    bindto: checker.bindto,
    bind_if: checker.bind_if,
    bind_port: transport === 'ping' ? undefined : checker.bind_port,
    fwmark: checker.fwmark,
    tls: checker.kind === 'SSL_GET' ? { serverName: checker.enable_sni ? checker.virtualhost : undefined } : undefined,
  });
}

function transportOf(checker: SocketChecker): Place['transport'] {
  switch (checker.kind) {
    case 'TCP_CHECK':
    case 'HTTP_GET':
    case 'SSL_GET':
    case 'SMTP_CHECK':
      return 'tcp';
    case 'UDP_CHECK':
    case 'DNS_CHECK':
      return 'udp';
    case 'PING_CHECK':
      return 'ping';
  }
}
