import type { HttpCheck, HttpUrl } from '../../../keepalived/model-check.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';

/**
 * The request for one URL. Its `User-Agent` is keepalived's, because logs of web servers are filtered by it. The host is
 * the URL's, else the checker's, else the place itself, always with its port.
 */
export function httpRequest(
  checker: HttpCheck & { readonly connect_ip: string; readonly connect_port: number },
  url: HttpUrl,
): Uint8Array {
  const { http_protocol, connect_ip, connect_port } = checker;
  const place = `${connect_ip.includes(':') ? `[${connect_ip}]` : connect_ip}:${connect_port}`;
  const lines = [
    `GET ${url.path} HTTP/${http_protocol.slice(0, 3)}`,
    'User-Agent: KeepAliveClient',
    ...connectionLine(http_protocol),
    `Host: ${url.virtualhost ?? checker.virtualhost ?? place}`,
    '',
    '',
  ];
  return encodeUtf8(lines.join('\r\n'));
}

/** 1.1 keeps a connection open unless it is told not to, 1.0 closes it. */
function connectionLine(protocol: HttpCheck['http_protocol']): readonly string[] {
  if (protocol.endsWith('k')) return ['Connection: keep-alive'];
  return protocol === '1.0' ? [] : ['Connection: close'];
}
