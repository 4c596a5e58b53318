import type { IpvsChange, ServiceId, Table } from '../ipvs/table.ts';

/**
 * From the table as the kernel has it to the one that is wanted. A service that is neither wanted nor in `ours` belongs
 * to somebody else and is left alone; with `all` it goes.
 */
export function tableChanges(kernel: Table, want: Table, ours: readonly ServiceId[] | 'all'): readonly IpvsChange[] {
  return reconcile(
    ours === 'all' ? kernel : kernel.filter(among([...ours, ...want.map((service) => service.id)])),
    want,
  );
}

function among(ids: readonly ServiceId[]): (service: { readonly id: ServiceId }) => boolean {
  const keys = new Set(ids.map(serviceKey));
  return ({ id }) => keys.has(serviceKey(id));
}

function serviceKey(id: ServiceId): string {
  return id.kind === 'fwmark' ? `fwmark ${id.fwmark} ${id.family}` : `${id.protocol} [${id.address}]:${id.port}`;
}

function reconcile(have: Table, want: Table): readonly IpvsChange[] {
  const wanted = new Set(want.map(({ id }) => serviceKey(id)));
  return [
    ...have.filter(({ id }) => !wanted.has(serviceKey(id))).map(({ id }) => ({ kind: 'del-service' as const, id })),
    ...want.flatMap(({ destinations, ...service }): IpvsChange[] => {
      const before = have.find(({ id }) => serviceKey(id) === serviceKey(service.id));
      const kept = new Set(destinations.map(({ address, port }) => `${address} ${port}`));
      return [
        { kind: before === undefined ? 'new-service' : 'set-service', service },
        ...destinations.map((destination): IpvsChange => {
          const known = before?.destinations.some(
            ({ address, port }) => address === destination.address && port === destination.port,
          );
          return { kind: known === true ? 'set-destination' : 'new-destination', id: service.id, destination };
        }),
        ...(before?.destinations ?? [])
          .filter(({ address, port }) => !kept.has(`${address} ${port}`))
          .map(({ address, port }) => ({ kind: 'del-destination' as const, id: service.id, address, port })),
      ];
    }),
  ];
}
