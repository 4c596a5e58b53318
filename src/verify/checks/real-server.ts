import { methodsOf } from '../../forwarding/methods.ts';
import { endpointsOf, virtualAddressesOf } from '../../inventory/cluster.ts';
import { type Check, failed, passed } from '../check.ts';

/** Every real server meets the requirements of the forwarding method. */
export const realServers: Check = ({ cluster, observations }) =>
  cluster.realServers.flatMap(({ name, address }) => {
    const facts = observations.get(name)?.facts;
    if (facts === undefined) return [];
    const view = {
      name,
      address,
      vips: virtualAddressesOf(cluster).map((vip) => vip.address),
      services: cluster.virtualServers.flatMap(endpointsOf),
      held: facts.addresses,
      arp: facts.arp,
      listeners: facts.listeners,
    };
    return methodsOf(cluster)
      .flatMap(({ realServer }) => realServer.checks(view))
      .map(({ check, title, expected, actual, fix }) =>
        fix === undefined ? passed(check, title, expected, actual) : failed(check, title, expected, actual, fix),
      );
  });
