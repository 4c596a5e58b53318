import type { PathParts } from './place.ts';
import type { Input } from './schema.ts';

type Shared = Omit<NonNullable<Input['vrrp_instance']>, 'name'>;
type Named = NonNullable<Input['vrrp_instances']>[string];

/** A VRRP instance as the inventory has it. */
export interface GivenInstance {
  readonly name: string | undefined;
  readonly at: PathParts;
  readonly own: Named;
  /** `vrrp_instance`, where it has the defaults of several. */
  readonly shared: Shared | undefined;
}

/** The instances of an inventory: those with names, else the only one; none where nothing is said of VRRP. */
export function givenInstances(input: Input): readonly GivenInstance[] {
  const { vrrp_instance, vrrp_instances } = input;
  if (vrrp_instances !== undefined)
    return Object.entries(vrrp_instances).map(([name, own]) => ({
      name,
      at: ['vrrp_instances', name],
      own,
      shared: vrrp_instance,
    }));
  if (withoutVrrp(input)) return [];
  const { name, ...own } = vrrp_instance ?? {};
  return [{ name, at: ['vrrp_instance'], own, shared: undefined }];
}

/** Whether the directors get their virtual addresses in another way: virtual servers name them, and nothing else does. */
export function withoutVrrp({ vip, vrrp_instance, vrrp_instances, virtual_servers }: Input): boolean {
  if (vip !== undefined || vrrp_instance !== undefined || vrrp_instances !== undefined) return false;
  return (
    virtual_servers?.some(
      ({ vip, group, fwmark }) => vip !== undefined || group !== undefined || fwmark !== undefined,
    ) === true
  );
}

/** Where the virtual addresses of an instance were written: the short `vip`, or keepalived's own place. */
export function virtualAddressPath(input: Input, { at, own }: GivenInstance): PathParts {
  return at[0] === 'vrrp_instance' && (input.vip !== undefined || own.virtual_ipaddress === undefined)
    ? ['vip']
    : [...at, 'virtual_ipaddress'];
}

/** The instance that a rendered one was made of: NAME_6 is the IPv6 half of NAME. */
export function givenInstanceOf(input: Input, name: string): GivenInstance | undefined {
  const all = givenInstances(input);
  const named = (wanted: string) => all.find((one) => (one.name ?? 'VI_1') === wanted);
  return named(name) ?? named(name.replace(/_6$/, ''));
}
