import { Secret } from '../text/secret.ts';
import type { VrrpInstance } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { mistake, type Finding } from './finding.ts';
import { unreadable } from './load.ts';
import type { Picker } from './origins.ts';
import { folderOf } from './resolve-access.ts';
import { absolute } from './ssh-settings.ts';
import type { PathParts } from './place.ts';
import type { Input } from './schema.ts';
import { PASSWORD, SECRET, type PasswordSource } from './schema-secrets.ts';
import type { InventoryEnvironment } from './source.ts';

type GivenAuthentication = NonNullable<NonNullable<Input['vrrp_instance']>['authentication']>;

/** Fetches the password of a VRRP instance from its source. */
export async function resolveAuthentication(
  picker: Picker,
  environment: InventoryEnvironment,
  given: GivenAuthentication | undefined,
  at: PathParts,
): Promise<{ readonly authentication: VrrpInstance['authentication']; readonly findings: readonly Finding[] }> {
  if (given === undefined) {
    picker.own(at, undefined, DEFAULTS.vrrp_instance.authentication);
    return { authentication: undefined, findings: [] };
  }
  const place = [...at, 'auth_pass'];
  const found = await secretFrom(given.auth_pass, place, picker, environment);
  const problem = typeof found === 'string' ? problemOf(found, place) : found;
  const auth_pass = picker.given(place, new Secret(typeof found === 'string' ? found : ''));
  return { authentication: { auth_type: 'PASS', auth_pass }, findings: problem === undefined ? [] : [problem] };
}

/** Fetches the values that the inventory lists as secret, beside its password. */
export async function resolveSecrets(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): Promise<{ readonly secrets: readonly Secret[]; readonly findings: readonly Finding[] }> {
  const secrets: Secret[] = [];
  const findings: Finding[] = [];
  for (const [index, source] of (input.secrets ?? []).entries()) {
    const at = ['secrets', index];
    const found = await secretFrom(source, at, picker, environment);
    if (typeof found !== 'string') findings.push(found);
    else if (!SECRET.test(found)) findings.push(mistake(at, 'A secret must be 4 to 1000 characters in one line.'));
    else secrets.push(new Secret(found));
    if (typeof found === 'string') picker.given(at, new Secret(found));
  }
  return { secrets, findings };
}

async function secretFrom(
  source: PasswordSource,
  at: PathParts,
  picker: Picker,
  environment: InventoryEnvironment,
): Promise<string | Finding> {
  switch (source.kind) {
    case 'text':
      return source.text;
    case 'env': {
      const value = environment.variables[source.name];
      if (value !== undefined && value !== '') return value;
      const what = `The environment variable ${source.name}, which holds ${nameOf(at)}, is not set.`;
      return mistake(at, what, `Set it: export ${source.name}=...`);
    }
    case 'file': {
      const path = absolute(source.path, folderOf(picker.place(at).file, environment), environment.home);
      try {
        const bytes = await environment.readFile(path);
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
      } catch (error) {
        const name = nameOf(at);
        const what = `${name.charAt(0).toUpperCase()}${name.slice(1)} could not be read from ${path}: ${unreadable(error).what}`;
        return mistake(at, what);
      }
    }
  }
}

function nameOf(at: PathParts): string {
  return at[0] === 'secrets' ? 'a secret' : '`auth_pass`';
}

/** VRRPv2 has room for eight bytes (RFC 3768 §5.3.6); keepalived cuts the rest and says so. */
function problemOf(password: string, at: PathParts): Finding | undefined {
  if (!PASSWORD.test(password)) {
    return mistake(at, '`auth_pass` may hold letters, digits and `_.,:=/%^*?&+()@~<>|;$-`.');
  }
  if (password.length <= 8) return undefined;
  const what = '`auth_pass` has more than 8 characters, and VRRP sends only 8 of them.';
  return mistake(at, what, 'Shorten it; it is no protection, it only keeps clusters apart.');
}
