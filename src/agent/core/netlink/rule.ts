import { addressBytes } from '../../../keepalived/text/address.ts';
import { concat, u16le, u32le, u8 } from '../bytes/write.ts';
import type { Rule } from '../../../keepalived/model/vrrp.ts';
import { attribute, attributeName, attributeU32, attributeU8 } from './attribute.ts';
import type { Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { FIB_RULE_INVERT, FR_ACT, FRA, RT_TABLE, RTM, RTPROT } from './rtnetlink-number.ts';

/**
 * Adds a rule; EEXIST (17): already present. Without a preference the kernel inserts it after the first rule every time
 * and never returns EEXIST, so an existing one has to be deleted first.
 */
export function newRule(rule: Rule): Request {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL;
  return { type: RTM.NEWRULE, flags, payload: rulePayload(rule) };
}

/** Removes a rule, from Linux 4.17 only with our protocol number; ENOENT (2): not present. */
export function deleteRule(rule: Rule): Request {
  return { type: RTM.DELRULE, flags: NLM_F.REQUEST | NLM_F.ACK, payload: rulePayload(rule) };
}

/** struct fib_rule_hdr (linux/fib_rules.h) and attributes. */
function rulePayload(rule: Rule): Uint8Array {
  const { family, from, to, iif, oif, fwmark, ipproto, sport, dport, uidrange, table, preference } = rule;
  const attributes = [attributeU32(FRA.TABLE, table), attributeU8(FRA.PROTOCOL, RTPROT.KEEPALIVED)];
  if (preference !== undefined) attributes.push(attributeU32(FRA.PRIORITY, preference));
  if (from !== undefined && from.prefix > 0) attributes.push(attribute(FRA.SRC, addressBytes(from.address)));
  if (to !== undefined && to.prefix > 0) attributes.push(attribute(FRA.DST, addressBytes(to.address)));
  if (iif !== undefined) attributes.push(attributeName(FRA.IIFNAME, iif));
  if (oif !== undefined) attributes.push(attributeName(FRA.OIFNAME, oif));
  if (fwmark !== undefined)
    attributes.push(attributeU32(FRA.FWMARK, fwmark.mark), attributeU32(FRA.FWMASK, fwmark.mask));
  if (ipproto !== undefined) attributes.push(attributeU8(FRA.IP_PROTO, ipproto));
  // struct fib_rule_port_range and fib_rule_uid_range, in host byte order.
  if (sport !== undefined) attributes.push(attribute(FRA.SPORT_RANGE, concat([u16le(sport.first), u16le(sport.last)])));
  if (dport !== undefined) attributes.push(attribute(FRA.DPORT_RANGE, concat([u16le(dport.first), u16le(dport.last)])));
  if (uidrange !== undefined)
    attributes.push(attribute(FRA.UID_RANGE, concat([u32le(uidrange.first), u32le(uidrange.last)])));
  if (rule.suppress_prefixlength !== undefined)
    attributes.push(attributeU32(FRA.SUPPRESS_PREFIXLEN, rule.suppress_prefixlength));
  return concat([
    u8(family === 'ipv4' ? AF.INET : AF.INET6),
    u8(to?.prefix ?? 0),
    u8(from?.prefix ?? 0),
    u8(0),
    u8(table < 256 ? table : RT_TABLE.UNSPEC),
    u8(0),
    u8(0),
    u8(FR_ACT[rule.action]),
    u32le(rule.not ? FIB_RULE_INVERT : 0),
    ...attributes,
  ]);
}
