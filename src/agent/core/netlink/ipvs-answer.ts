import type { Destination, ServiceId } from '../../../keepalived/ipvs/table.ts';
import { decodeGeneric } from './generic.ts';
import { decodeDestination } from './ipvs-destination.ts';
import { IPVS_CMD, IPVS_CMD_ATTR } from './ipvs-number.ts';
import { decodeService, familyOfService, type ServiceEntry } from './ipvs-service.ts';
import type { Message } from './message.ts';
import type { Attributes } from './attribute.ts';

/** The services of the answer to `dumpServices`, in the kernel's order; what is not understood is left out and counted. */
export function decodeServices(messages: readonly Message[]): {
  readonly services: readonly ServiceEntry[];
  readonly unknown: number;
} {
  const services = messages
    .map((message) => within(message, IPVS_CMD.NEW_SERVICE, IPVS_CMD_ATTR.SERVICE))
    .map((attributes) => (attributes === undefined ? undefined : decodeService(attributes)))
    .filter((service) => service !== undefined);
  return { services, unknown: messages.length - services.length };
}

/** The destinations of the answer to `dumpDestinations` of this service. */
export function decodeDestinations(
  messages: readonly Message[],
  id: ServiceId,
): { readonly destinations: readonly Destination[]; readonly unknown: number } {
  const family = familyOfService(id);
  const destinations = messages
    .map((message) => within(message, IPVS_CMD.NEW_DEST, IPVS_CMD_ATTR.DEST))
    .map((attributes) => (attributes === undefined ? undefined : decodeDestination(attributes, family)))
    .filter((destination) => destination !== undefined);
  return { destinations, unknown: messages.length - destinations.length };
}

/** The attributes nested in a message of this command; undefined when it is another, or malformed. */
export function within(message: Message, command: number, attribute: number): Attributes | undefined {
  const generic = decodeGeneric(message);
  if (generic?.command !== command || generic.attributes.failed) return undefined;
  return generic.attributes.nested(attribute);
}
