import type { VrrpConf } from '../../keepalived/model/vrrp.ts';
import type { VrrpEffect } from '../core/vrrp/event.ts';
import type { Announcer } from './net/announcer.ts';
import type { Complaints } from './service/complaints.ts';
import { type CommonPort, doCommon } from './common-port.ts';
import { describeErrno } from './sys/errno.ts';
import type { Network } from './net/network.ts';
import type { VrrpSockets } from './net/vrrp-sockets.ts';

type Became = Extract<VrrpEffect, { readonly kind: 'became' }>;

/** Dependencies of the VRRP core's effects. */
export interface VrrpPort extends CommonPort {
  readonly complaints: Complaints;
  readonly sockets: VrrpSockets;
  readonly network: Network;
  readonly announcer: Announcer;
  /** Whether addresses stay when the agent exits. */
  readonly keepsAddresses: () => boolean;
  readonly checked: (name: string, failed: boolean) => void;
  readonly became: (effect: Became) => void;
}

/** Performs an effect of the VRRP core. Failures are logged and do not stop later effects. */
export function doVrrp(port: VrrpPort, effect: VrrpEffect): void {
  switch (effect.kind) {
    case 'send':
      return send(port, effect);
    case 'addresses':
      if (effect.change === 'remove') {
        if (port.keepsAddresses()) return;
        port.announcer.forget(
          effect.interface,
          effect.addresses.map(({ address }) => address),
        );
      }
      return port.network.apply(effect);
    case 'routes':
    case 'rules':
      if (effect.change === 'remove' && port.keepsAddresses()) return;
      return port.network.apply(effect);
    case 'announce':
      return port.announcer.announce(effect.interface, effect.addresses, effect.gapMs);
    case 'listen':
      return port.sockets.listen(effect.sockets);
    case 'run-check':
      return runCheck(port, effect);
    case 'fifo':
      return port.fifos.vrrp(effect.line);
    case 'became':
      if (effect.state !== 'MASTER') settleSends(port.complaints);
      return port.became(effect);
    case 'timer':
    case 'cancel':
    case 'log':
    case 'run':
    case 'mail':
      return doCommon(port, effect);
  }
}

/** To be called before a reload: resolves problems of removed scripts and of sending. */
export function settleFormer(complaints: Complaints, { vrrp_script }: VrrpConf): void {
  const scripts = new Set(vrrp_script.map(({ name }) => scriptKey(name)));
  complaints.settleEach((key) => key.startsWith(scriptKey('')) && !scripts.has(key));
  settleSends(complaints);
}

/** The peers and interfaces concerned may no longer be used; if they are, problems are raised again. */
function settleSends(complaints: Complaints): void {
  complaints.settleEach((key) => key.startsWith('send ') || key.startsWith('announce '));
}

function scriptKey(name: string): string {
  return `script ${name}`;
}

/** Raises a complaint, so that a failure is logged once rather than for every advert. */
function send(port: VrrpPort, effect: Extract<VrrpEffect, { readonly kind: 'send' }>): void {
  const result = port.sockets.send(effect);
  if (result >= 0 && port.complaints.none) return;
  const key = `send ${effect.interface} ${effect.family} ${effect.destination}`;
  if (result >= 0) return port.complaints.settle(key);
  const text = `${effect.interface}: cannot send adverts to ${effect.destination}: ${describeErrno(result)}`;
  port.complaints.raise(key, text, 'warning');
}

function runCheck(port: VrrpPort, effect: Extract<VrrpEffect, { readonly kind: 'run-check' }>): void {
  const { name, script, timeout } = effect;
  port.programs.check(`vrrp_script ${name}`, script, timeout, (end) => {
    if (end.kind === 'refused') port.complaints.raise(scriptKey(name), `vrrp_script ${name}: ${end.reason}`);
    else port.complaints.settle(scriptKey(name));
    port.checked(name, end.kind !== 'exited' || end.code !== 0);
  });
}
