import type { LvsTimeouts } from '../../../keepalived/model.ts';
import { attributeU32 } from './attribute.ts';
import { genericRequest, type GenericFamily } from './generic.ts';
import { IPVS_CMD, IPVS_CMD_ATTR } from './ipvs-number.ts';
import type { Request } from './message.ts';

/** Sets the time-outs of connections; those that are 0 stay as they are. Whole seconds: what is less than one is one. */
export function setTimeouts(family: Pick<GenericFamily, 'id' | 'version'>, timeouts: LvsTimeouts): Request {
  const seconds = (milliseconds: number): number =>
    milliseconds > 0 ? Math.max(1, Math.round(milliseconds / 1000)) : 0;
  return genericRequest(family, IPVS_CMD.SET_CONFIG, [
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_TCP, seconds(timeouts.tcp)),
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_TCP_FIN, seconds(timeouts.tcpfin)),
    attributeU32(IPVS_CMD_ATTR.TIMEOUT_UDP, seconds(timeouts.udp)),
  ]);
}
