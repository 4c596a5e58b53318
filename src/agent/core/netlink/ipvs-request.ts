import type { IpvsChange, ServiceId } from '../../../keepalived/ipvs/table.ts';
import { destinationAttribute, destinationIdAttribute } from './ipvs-destination.ts';
import { IPVS_CMD } from './ipvs-number.ts';
import { serviceAttribute, serviceIdAttribute } from './ipvs-service.ts';
import { genericRequest, type GenericFamily } from './generic.ts';
import type { Request } from './message.ts';

type FamilyId = Pick<GenericFamily, 'id' | 'version'>;

/**
 * One change of the table. EEXIST (17): a new service or destination is there already; ESRCH (3): the service is not;
 * ENOENT (2): the destination is not, or the scheduler or persistence engine is unknown.
 */
export function changeRequest(family: FamilyId, change: IpvsChange): Request {
  switch (change.kind) {
    case 'new-service':
      return genericRequest(family, IPVS_CMD.NEW_SERVICE, [serviceAttribute(change.service)]);
    case 'set-service':
      return genericRequest(family, IPVS_CMD.SET_SERVICE, [serviceAttribute(change.service)]);
    case 'del-service':
      return genericRequest(family, IPVS_CMD.DEL_SERVICE, [serviceIdAttribute(change.id)]);
    case 'new-destination':
    case 'set-destination': {
      const command = change.kind === 'new-destination' ? IPVS_CMD.NEW_DEST : IPVS_CMD.SET_DEST;
      return genericRequest(family, command, [serviceIdAttribute(change.id), destinationAttribute(change.destination)]);
    }
    case 'del-destination': {
      const { address, port } = change;
      const attributes = [serviceIdAttribute(change.id), destinationIdAttribute(address, port)];
      return genericRequest(family, IPVS_CMD.DEL_DEST, attributes);
    }
  }
}

/** Asks for all services. */
export function dumpServices(family: FamilyId): Request {
  return genericRequest(family, IPVS_CMD.GET_SERVICE, [], 'dump');
}

/** Asks for the destinations of a service. One that is not there has none: no error. */
export function dumpDestinations(family: FamilyId, id: ServiceId): Request {
  return genericRequest(family, IPVS_CMD.GET_DEST, [serviceIdAttribute(id)], 'dump');
}
