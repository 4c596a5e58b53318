import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../../src/agent/core/ipvs/reconcile.ts';
import { destinationKey, serviceKey } from '../../../../src/keepalived/ipvs/key.ts';
import type { Destination, IpvsChange, Service, Table } from '../../../../src/keepalived/ipvs/table.ts';
import { smallTable } from './arbitrary.ts';
import { requestAll } from './fake-kernel.ts';

const remove = { foreign: 'remove', owned: [] } as const;
const keep = { foreign: 'keep', owned: [] } as const;

const web: Service = {
  id: { kind: 'address', protocol: 'TCP', address: '10.0.0.1', port: 80 },
  scheduler: 'rr',
  flags: 0,
  timeout: 0,
  netmask: 0xffffffff,
  persistenceEngine: undefined,
  destinations: [],
};
const real: Destination = {
  address: '10.0.1.1',
  port: 80,
  forwarding: 'DR',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: undefined,
};
const of = (...destinations: readonly Destination[]): Table => [{ ...web, destinations }];
const kinds = (changes: readonly IpvsChange[]): readonly string[] => changes.map((change) => change.kind);

describe('reconcile', () => {
  it('returns no changes if nothing differs', () => {
    fc.assert(
      fc.property(smallTable, (table) => {
        expect(reconcile(table, table, remove)).toEqual([]);
      }),
    );
  });

  it('reaches the wanted table with requests that the kernel accepts', () => {
    fc.assert(
      fc.property(smallTable, smallTable, (have, want) => {
        const after = requestAll(have, reconcile(have, want, remove)).at(-1) ?? [];
        expect(sorted(after)).toEqual(sorted(want));
      }),
    );
  });

  it('never leaves a service without usable destinations in between', () => {
    fc.assert(
      fc.property(smallTable, smallTable, (have, want) => {
        const tables = requestAll(have, reconcile(have, want, remove));
        for (const { id } of want)
          for (const counts of [() => true, ({ weight }: Destination) => weight > 0]) {
            const course = tables.map((table) => (find(table, id)?.destinations ?? []).filter(counts).length);
            if ((course[0] ?? 0) > 0 && (course.at(-1) ?? 0) > 0) expect(Math.min(...course)).toBeGreaterThan(0);
          }
      }),
    );
  });

  it('never deletes a wanted service', () => {
    fc.assert(
      fc.property(smallTable, smallTable, (have, want) => {
        const deleted = reconcile(have, want, remove).filter((change) => change.kind === 'del-service');
        expect(deleted.filter(({ id }) => find(want, id) !== undefined)).toEqual([]);
      }),
    );
  });

  it('keeps foreign services and removes owned ones', () => {
    const theirs = { ...web, id: { ...web.id, port: 81 } as Service['id'] };
    expect(reconcile([web, theirs], [], { foreign: 'keep', owned: [web.id] })).toEqual([
      { kind: 'del-service', id: web.id },
    ]);
    expect(kinds(reconcile([web, theirs], [], remove))).toEqual(['del-service', 'del-service']);
  });

  it.each<[string, Partial<Service>]>([
    ['scheduler', { scheduler: 'wlc' }],
    ['flags', { flags: 0x4 }],
    ['persistence', { flags: 1, timeout: 60 }],
    ['netmask', { netmask: 0xffffff00 }],
    ['persistence engine', { persistenceEngine: 'sip' }],
  ])('modifies the service in place for a changed %s', (_, difference) => {
    const { destinations: _none, ...service } = { ...web, ...difference };
    const want = [{ ...service, destinations: [real] }];
    expect(reconcile(of(real), want, keep)).toEqual([{ kind: 'set-service', service }]);
  });

  it.each<[string, Partial<Destination>]>([
    ['weight', { weight: 5 }],
    ['forwarding', { forwarding: 'NAT' }],
    ['thresholds', { upperThreshold: 9 }],
    ['tunnel', { forwarding: 'TUN', tunnel: { type: 'gre', csum: 'none' } }],
  ])('modifies a destination in place for a changed %s', (_, difference) => {
    const destination = { ...real, ...difference };
    expect(reconcile(of(real), of(destination), keep)).toEqual([{ kind: 'set-destination', id: web.id, destination }]);
  });

  it('replaces a destination whose port changed, adding before removing', () => {
    const changes = reconcile(of(real), of({ ...real, port: 8080 }), keep);
    expect(kinds(changes)).toEqual(['new-destination', 'del-destination']);
  });

  it('replaces a service whose address changed', () => {
    const moved = { ...web, id: { kind: 'address', protocol: 'TCP', address: '10.0.0.2', port: 80 } as const };
    const changes = reconcile([web], [moved], { foreign: 'keep', owned: [web.id] });
    expect(kinds(changes)).toEqual(['new-service', 'del-service']);
  });

  it('treats a local destination as equal to any forwarding method', () => {
    expect(reconcile(of({ ...real, forwarding: 'local' }), of(real), keep)).toEqual([]);
  });

  it('treats an unspecified tunnel type as ipip', () => {
    const tunnel = { ...real, forwarding: 'TUN' } as const;
    expect(reconcile(of(tunnel), of({ ...tunnel, tunnel: { type: 'ipip', csum: 'none' } }), keep)).toEqual([]);
  });

  it('uses the first of duplicate entries', () => {
    const twice = [...of(real, { ...real, weight: 9 }), { ...web, scheduler: 'wlc' }];
    expect(requestAll([], reconcile([], twice, keep)).at(-1)).toEqual(of(real));
  });
});

function find(table: Table, id: Service['id']): Service | undefined {
  return table.find((service) => serviceKey(service.id) === serviceKey(id));
}

/** The kernel does not preserve order. */
function sorted(table: Table): Table {
  return table
    .map((service) => ({
      ...service,
      destinations: service.destinations.toSorted((a, b) => destinationKey(a).localeCompare(destinationKey(b))),
    }))
    .toSorted((a, b) => serviceKey(a.id).localeCompare(serviceKey(b.id)));
}
