import { placeAt, type Place } from '../../../../src/agent/shell/check/place.ts';

/** A TCP port of this host, with changes from `differs`. */
export function place(port: number, differs: Partial<Omit<Place, 'target'>> = {}): Place {
  return placeAt({ transport: 'tcp', family: 'ipv4', address: '127.0.0.1', port, timeout: 1000, ...differs });
}
