import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formerWants } from '../../../src/desired/former.ts';
import { hostsOf } from '../../../src/inventory/cluster.ts';
import type { FormerResource, FormerValue } from '../../../src/observe/origin.ts';
import { type Have, KINDS, type Want, parseHave, resourceOf } from '../../../src/resources/kinds.ts';
import type { Diff } from '../../../src/resources/resource.ts';
import type { ServiceHave } from '../../../src/resources/service.ts';
import { recordedCluster } from '../../support/recorded.ts';
import { surroundings } from '../../support/surroundings.ts';

/** What is on a host of the model. */
interface Host {
  readonly sysctl: Map<string, string>;
  readonly service: Map<string, ServiceHave>;
  /** Prefix lengths by address and device. */
  readonly address: Map<string, readonly string[]>;
}

const AROUND = surroundings();
const NAMES = ['a', 'b', 'c'] as const;
const address = (name: string, prefix: string) => `10.0.0.${name.charCodeAt(0)}/${prefix}`;
const keyOf = (name: string) => `${address(name, '').slice(0, -1)} lo`;

const initial: fc.Arbitrary<Host> = fc.record({
  sysctl: mapOf((name) => `net.${name}`, fc.constantFrom('0', '1', '2')),
  service: mapOf(
    (name) => `${name}.service`,
    fc.record({
      load: fc.constant('loaded'),
      active: fc.constantFrom('active', 'inactive'),
      enabled: fc.constantFrom('enabled', 'disabled'),
      pending: fc.constant(undefined),
    }),
  ),
  address: mapOf(keyOf, fc.constantFrom(['24'], ['32'])),
});

/** Some of the names have a value. */
function mapOf<T>(key: (name: string) => string, value: fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> {
  return fc
    .record(Object.fromEntries(NAMES.map((name) => [name, value])), { requiredKeys: [] })
    .map((values) => new Map(Object.entries(values).map(([name, one]) => [key(name), one as T])));
}

const name = fc.constantFrom(...NAMES);
const wants: fc.Arbitrary<Want> = fc.oneof(
  fc.record({
    kind: fc.constant('sysctl' as const),
    name: name.map((one) => `net.${one}`),
    value: fc.constantFrom('0', '1', '2'),
    optional: fc.constant(true),
  }),
  fc.tuple(name, fc.boolean()).map(([one, stopped]): Want => ({
    kind: 'service',
    unit: `${one}.service`,
    reloadOn: [],
    restartOn: [],
    disruptive: false,
    ...(stopped && { stoppedBecause: 'so' }),
  })),
  fc.tuple(name, fc.constantFrom('24', '32'), fc.boolean()).map(([one, prefix, present]): Want => ({
    kind: 'address',
    address: address(one, prefix),
    device: 'lo',
    present,
    reason: 'so',
  })),
);

const haveOf = (host: Host): Have => ({ ...parseHave(() => ''), ...host, 'former-service': host.service });

/** What the steps of a change do. */
function apply(host: Host, want: Want, { fields }: Diff): void {
  for (const { name: field, after } of fields) {
    if (want.kind === 'sysctl') host.sysctl.set(want.name, after ?? '');
    else if (want.kind === 'address') {
      if (after === undefined) host.address.delete(KINDS.address.key(want));
      else host.address.set(KINDS.address.key(want), [after.replace(/.*[/]/, '')]);
    } else if (want.kind === 'service' || want.kind === 'former-service') {
      const before = host.service.get(want.unit) ?? {
        load: '',
        active: 'inactive',
        enabled: 'disabled',
        pending: undefined,
      };
      const changed =
        field === 'enabled' ? { enabled: after === 'yes' ? 'enabled' : 'disabled' } : { active: after ?? '' };
      host.service.set(want.unit, { ...before, ...changed });
    }
  }
}

/** A unit that does not exist is as good as one that is disabled and stopped. */
const comparable = ({ sysctl, service, address: addresses }: Host) => ({
  sysctl: Object.fromEntries(sysctl),
  service: Object.fromEntries(
    [...service].flatMap(([unit, { active, enabled }]) =>
      active === 'inactive' && enabled === 'disabled' ? [] : [[unit, { active, enabled }]],
    ),
  ),
  address: new Set(addresses),
});

it('leads from any number of runs to the state before the first, and then there is nothing to do', async () => {
  const cluster = await recordedCluster();
  const member = hostsOf(cluster).find(({ role }) => role === 'real-server');
  if (member === undefined) throw new Error('no real server');
  fc.assert(
    fc.property(initial, fc.array(wants, { maxLength: 12 }), (host, runs) => {
      const before = comparable(host);
      const record = new Map<string, FormerResource & { readonly fields: Map<string, FormerValue> }>();
      for (const want of runs) {
        const resource = resourceOf(want);
        const { kind, key } = resource;
        const made = resource.diff(haveOf(host), AROUND);
        if (made === undefined) continue;
        const id = `${kind} ${key}`;
        const former = record.get(id) ?? { kind, key, fields: new Map<string, FormerValue>() };
        record.set(id, former);
        for (const field of made.fields)
          if (!former.fields.has(field.name)) former.fields.set(field.name, field.before ?? null);
        apply(host, want, made);
      }
      const back = formerWants(cluster, member, { resources: [...record.values()] });
      if (back instanceof Error) throw back;
      const open = () =>
        back.flatMap(({ want }) => {
          const diff = resourceOf(want).diff(haveOf(host), AROUND);
          return diff === undefined ? [] : [{ want, diff }];
        });
      for (const { want, diff } of open()) apply(host, want, diff);
      expect(comparable(host)).toEqual(before);
      expect(open()).toEqual([]);
    }),
  );
});
