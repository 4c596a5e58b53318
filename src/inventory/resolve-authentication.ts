import { Secret } from '../text/secret.ts';
import type { VrrpInstance } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { mistake, type Finding } from './finding.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import type { Input } from './schema.ts';

type GivenAuthentication = NonNullable<NonNullable<Input['vrrp_instance']>['authentication']>;

/** The password of a VRRP instance. */
export function resolveAuthentication(
  picker: Picker,
  given: GivenAuthentication | undefined,
  at: PathParts,
): { readonly authentication: VrrpInstance['authentication']; readonly findings: readonly Finding[] } {
  if (given === undefined) {
    picker.own(at, undefined, DEFAULTS.vrrp_instance.authentication);
    return { authentication: undefined, findings: [] };
  }
  const place = [...at, 'auth_pass'];
  const problem = problemOf(given.auth_pass, place);
  const auth_pass = picker.given(place, new Secret(given.auth_pass));
  return { authentication: { auth_type: 'PASS', auth_pass }, findings: problem === undefined ? [] : [problem] };
}

/** The values that the inventory lists as secret, beside its password. */
export function resolveSecrets(picker: Picker, input: Input): readonly Secret[] {
  return (input.secrets ?? []).map((text, index) => picker.given(['secrets', index], new Secret(text)));
}

/** VRRPv2 has room for eight bytes (RFC 3768 §5.3.6); keepalived cuts the rest and says so. */
function problemOf(password: string, at: PathParts): Finding | undefined {
  if (password.length <= 8) return undefined;
  const what = '`auth_pass` has more than 8 characters, and VRRP sends only 8 of them.';
  return mistake(at, what, 'Shorten it; it is no protection, it only keeps clusters apart.');
}
