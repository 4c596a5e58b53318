import type { Route, VirtualAddress } from '../../../keepalived/model/vrrp.ts';
import { deleteAddress, newAddress } from '../../core/netlink/address.ts';
import type { Request } from '../../core/netlink/message.ts';
import { deleteRoute, newRoute } from '../../core/netlink/route.ts';
import { deleteRule, newRule } from '../../core/netlink/rule.ts';
import type { Link, VrrpEffect } from '../../core/vrrp/event.ts';
import { type ErrnoName, isErrno } from '../sys/errno.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

type AddressesEffect = Extract<VrrpEffect, { readonly kind: 'addresses' }>;
type RoutesEffect = Extract<VrrpEffect, { readonly kind: 'routes' }>;
type RulesEffect = Extract<VrrpEffect, { readonly kind: 'rules' }>;

/** Adding what is present or removing what is absent is not an error. */
const NO_FAILURE: Readonly<Record<'add' | 'remove', readonly ErrnoName[]>> = {
  add: ['EEXIST'],
  remove: ['EADDRNOTAVAIL', 'ESRCH', 'ENOENT', 'ENODEV'],
};

/** Adds and removes addresses, routes and rules. */
export class Network {
  readonly #route: NetlinkSocket;
  readonly #find: (name: string) => Link | undefined;
  readonly #failed: (text: string) => void;

  /** @param failed receives errors for the journal */
  constructor(route: NetlinkSocket, find: (name: string) => Link | undefined, failed: (text: string) => void) {
    this.#route = route;
    this.#find = find;
    this.#failed = failed;
  }

  apply(effect: AddressesEffect | RoutesEffect | RulesEffect): void {
    switch (effect.kind) {
      case 'addresses':
        for (const address of effect.addresses) this.#address(effect.change, effect.interface, address);
        return;
      case 'routes':
        for (const route of effect.routes) this.#routeTo(effect.change, route);
        return;
      case 'rules':
        for (const rule of effect.rules) {
          const what = `rule ${rule.preference ?? ''} (${rule.action === 'table' ? `table ${rule.table}` : rule.action})`;
          this.#ask(effect.change, what, (effect.change === 'add' ? newRule : deleteRule)(rule));
        }
    }
  }

  /** For a route without `dev` the kernel selects the interface that reaches the gateway. */
  #routeTo(change: 'add' | 'remove', route: Route): void {
    const { address, prefix } = route.destination;
    const index = route.dev === undefined ? undefined : this.#find(route.dev)?.index;
    const what = `route ${address}/${prefix} of table ${route.table}`;
    if (route.dev !== undefined && index === undefined) {
      if (change === 'add') this.#failed(`cannot add ${what}: no interface ${route.dev}`);
      return;
    }
    this.#ask(change, what, (change === 'add' ? newRoute : deleteRoute)(route, index));
  }

  #address(change: 'add' | 'remove', instance: string, address: VirtualAddress): void {
    const name = address.dev ?? instance;
    const index = this.#find(name)?.index;
    const what = `address ${address.address}/${address.prefix} of ${name}`;
    if (index === undefined) {
      if (change === 'add') this.#failed(`cannot add ${what}: no such interface`);
      return;
    }
    this.#ask(change, what, (change === 'add' ? newAddress : deleteAddress)(index, address));
  }

  #ask(change: 'add' | 'remove', what: string, request: Request): void {
    const answer = this.#route.request(request);
    if (answer.kind === 'done' || isErrno(-answer.errno, ...NO_FAILURE[change])) return;
    this.#failed(`cannot ${change} ${what}: ${answer.reason}`);
  }
}
