import { internetChecksum } from '../../../../src/agent/core/bytes/checksum.ts';
import { decodeAdvert, unpackAddresses } from '../../../../src/agent/core/vrrp/packet.ts';
import { codeText } from '../code-text.ts';
import type { Send, VrrpEffect } from '../../../../src/agent/core/vrrp/event.ts';

/** Formats an effect for a golden file. */
export function effectText(effect: VrrpEffect): string {
  switch (effect.kind) {
    case 'timer':
      return `timer ${effect.id} at ${effect.due}`;
    case 'cancel':
      return `cancel ${effect.id}`;
    case 'log':
      return `log ${codeText(effect)}`;
    case 'send':
      return `send on ${effect.interface} ${String(effect.source)} > ${effect.destination} ttl ${effect.ttl}: ${advertText(effect)}`;
    case 'addresses': {
      const list = effect.addresses.map(({ address, prefix }) => `${address}/${prefix}`).join(' ');
      return `${effect.change} on ${effect.interface}: ${list}`;
    }
    case 'routes': {
      const list = effect.routes.map(({ destination }) => `${destination.address}/${destination.prefix}`).join(' ');
      return `${effect.change} routes on ${effect.interface}: ${list}`;
    }
    case 'rules': {
      const list = effect.rules.map(({ from, table }) => `from ${from?.address ?? 'all'} table ${table}`).join(', ');
      return `${effect.change} rules: ${list}`;
    }
    case 'announce':
      return `announce on ${effect.interface}, ${effect.gapMs} ms apart: ${effect.addresses.join(' ')}`;
    case 'listen': {
      const list = effect.sockets.map((socket) => `${socket.interface} ${socket.family} ${socket.group ?? 'unicast'}`);
      return `listen: ${list.join(', ')}`;
    }
    case 'run':
      return `run ${[...effect.script.argv, ...effect.args].join(' ')}`;
    case 'run-check':
      return `check ${effect.name} within ${effect.timeout}`;
    case 'fifo':
      return `fifo ${effect.line}`;
    case 'mail':
      return `mail ${codeText(effect)}`;
    case 'became':
      return `${effect.instance} became ${effect.state}`;
  }
}

function advertText({ family, source, destination, payload }: Send): string {
  const decoded = decodeAdvert(payload, { family, source: source ?? '', destination });
  if (decoded.kind === 'refused') return `no advert: ${decoded.reason}`;
  const { version, vrid, priority, interval, addresses, authType } = decoded.advert;
  const auth = authType === 0 ? '' : ` auth ${authType}`;
  const bare = version === 3 && family === 'ipv4' && internetChecksum(payload) === 0 ? ' (no pseudo-header)' : '';
  return `v${version}${bare} vrid ${vrid} priority ${priority} every ${interval} ms${auth} [${unpackAddresses(addresses, family).join(' ')}]`;
}
