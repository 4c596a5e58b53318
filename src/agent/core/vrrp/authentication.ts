import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { VrrpInstance } from '../../../keepalived/model-vrrp.ts';

/** The eight bytes of RFC 2338 §5.3.10, cut or filled up with zeros; undefined in version 3. */
export function authDataOf(conf: VrrpInstance): Uint8Array | undefined {
  if (conf.version === 3) return undefined;
  const data = new Uint8Array(8);
  if (conf.authentication?.auth_type === 'PASS') data.set(encodeUtf8(conf.authentication.auth_pass).subarray(0, 8));
  return data;
}

/** 1 for PASS in version 2 (RFC 2338 §5.3.6), else 0. */
export function authTypeOf(conf: VrrpInstance): number {
  return conf.version === 2 && conf.authentication?.auth_type === 'PASS' ? 1 : 0;
}
