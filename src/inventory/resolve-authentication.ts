import { Secret } from '../remote/command.ts';
import type { VrrpInstance } from './cluster.ts';
import { mistake, type Finding } from './finding.ts';
import { unreadable } from './load.ts';
import type { Picker } from './origins.ts';
import { absolute, folderOf } from './resolve-access.ts';
import { PASSWORD, type Input, type PasswordSource } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

const AT = ['vrrp_instance', 'authentication', 'auth_pass'] as const;

/** Fetches the password from where the inventory says it is. */
export async function resolveAuthentication(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): Promise<{ readonly authentication: VrrpInstance['authentication']; readonly findings: readonly Finding[] }> {
  const given = input.vrrp_instance?.authentication;
  if (given === undefined) {
    picker.pick(['vrrp_instance', 'authentication'], [], undefined, 'a password in the clear keeps nobody out');
    return { authentication: undefined, findings: [] };
  }
  const found = await passwordFrom(given.auth_pass, picker, environment);
  const problem = typeof found === 'string' ? problemOf(found) : found;
  const auth_pass = new Secret(typeof found === 'string' ? found : '');
  picker.pick(AT, [{ value: auth_pass, at: AT }], auth_pass, '');
  return { authentication: { auth_type: 'PASS', auth_pass }, findings: problem === undefined ? [] : [problem] };
}

async function passwordFrom(
  source: PasswordSource,
  picker: Picker,
  environment: InventoryEnvironment,
): Promise<string | Finding> {
  switch (source.kind) {
    case 'text':
      return source.text;
    case 'env': {
      const value = environment.variables[source.name];
      if (value !== undefined && value !== '') return value;
      const what = `The environment variable ${source.name}, which holds \`auth_pass\`, is not set.`;
      return mistake(AT, what, `Set it: export ${source.name}=...`);
    }
    case 'file': {
      const path = absolute(source.path, folderOf(picker.place(AT).file, environment), environment.home);
      try {
        const bytes = await environment.readFile(path);
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
      } catch (error) {
        return mistake(AT, `\`auth_pass\` could not be read from ${path}: ${unreadable(error).what}`);
      }
    }
  }
}

/** VRRPv2 has room for eight bytes (RFC 3768 §5.3.6); keepalived cuts the rest and says so. */
function problemOf(password: string): Finding | undefined {
  if (!PASSWORD.test(password)) {
    return mistake(AT, '`auth_pass` may hold letters, digits and `_.,:=/%^*?&+()@-`.');
  }
  if (password.length <= 8) return undefined;
  const what = '`auth_pass` has more than 8 characters, and VRRP sends only 8 of them.';
  return mistake(AT, what, 'Shorten it; it is no protection, it only keeps clusters apart.');
}
