import type { HealthEffect } from '../../../../src/agent/core/health/event.ts';
import { codeText } from '../code-text.ts';
import type { Destination, IpvsChange, ServiceId } from '../../../../src/keepalived/ipvs/table.ts';

/** Formats an effect for a golden file, with one line per table change. */
export function effectTexts(effect: HealthEffect): readonly string[] {
  switch (effect.kind) {
    case 'timer':
      return [`timer ${effect.id} at ${effect.due}`];
    case 'cancel':
    case 'probe':
    case 'abandon':
      return [`${effect.kind} ${effect.id}`];
    case 'log':
      return [`log ${codeText(effect)}`];
    case 'ipvs':
      return effect.changes.map(changeText);
    case 'run':
      return [`run ${[...effect.script.argv, ...effect.args].join(' ')}`];
    case 'fifo':
      return [`fifo ${effect.line}`];
    case 'mail':
      return [`mail ${codeText(effect)}`];
  }
}

function changeText(change: IpvsChange): string {
  switch (change.kind) {
    case 'new-service':
    case 'set-service': {
      const { id, scheduler, flags, timeout } = change.service;
      const more = flags === 0 ? '' : ` flags ${flags} timeout ${timeout}`;
      return `ipvs ${change.kind} ${idText(id)} ${scheduler}${more}`;
    }
    case 'del-service':
      return `ipvs del-service ${idText(change.id)}`;
    case 'new-destination':
    case 'set-destination':
      return `ipvs ${change.kind} ${idText(change.id)} ${destinationText(change.destination)}`;
    case 'del-destination':
      return `ipvs del-destination ${idText(change.id)} ${change.address}:${change.port}`;
  }
}

function destinationText({ address, port, forwarding, weight }: Destination): string {
  return `${address}:${port} ${forwarding} weight ${weight}`;
}

function idText(id: ServiceId): string {
  return id.kind === 'fwmark' ? `fwmark ${id.fwmark}` : `${id.protocol} ${id.address}:${id.port}`;
}
