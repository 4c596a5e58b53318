import { SshConfig, type ConfigChoice } from '../remote/ssh-config/ssh-config.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { folderOf } from './resolve-access.ts';
import { absolute } from './ssh-settings.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

type Ssh = NonNullable<Input['ssh']>;

/** The configurations of OpenSSH that the hosts of an inventory use, each read once. */
export interface SshConfigs {
  /** @param at the `ssh` of the host in the inventory */
  readonly of: (own: Ssh | undefined, at: PathParts) => SshConfig;
  /** What is wrong with those that were asked. */
  readonly diagnostics: () => readonly Diagnostic[];
}

/** Reads every configuration that an inventory chooses. Hosts of a lab need none. */
export async function readSshConfigs(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): Promise<SshConfigs> {
  const { ssh } = environment;
  const local = {
    name: ssh?.user ?? 'root',
    uid: ssh?.files.uid ?? 0,
    home: environment.home,
    hostname: ssh?.hostname ?? 'localhost',
    variables: environment.variables,
  };
  const choose = (own: Ssh | undefined, at: PathParts): ConfigChoice => {
    const given = own?.config ?? input.ssh?.config;
    if (given === undefined) return { kind: 'default' };
    if (given === false) return { kind: 'none' };
    const place = picker.place(own?.config === undefined ? ['ssh', 'config'] : [...at, 'config']);
    return { kind: 'file', file: absolute(given, folderOf(place.file, environment), environment.home) };
  };
  const hosts = [
    ...(input.directors ?? []).map(({ ssh: own }, index) => [own, ['directors', index, 'ssh']] as const),
    ...(input.real_servers ?? []).map(({ ssh: own }, index) => [own, ['real_servers', index, 'ssh']] as const),
    ...(input.client === undefined ? [] : [[input.client.ssh, ['client', 'ssh']] as const]),
  ].filter(([own]) => (own?.lab ?? input.ssh?.lab) === undefined);

  const configs = new Map<string, SshConfig>();
  for (const [own, at] of hosts) {
    const choice = choose(own, at);
    const key = keyOf(choice);
    if (configs.has(key)) continue;
    configs.set(key, ssh === undefined ? SshConfig.empty(local) : await SshConfig.read(choice, ssh.files, local));
  }
  return {
    of: (own, at) => configs.get(keyOf(choose(own, at))) ?? SshConfig.empty(local),
    diagnostics: () => [...configs.values()].flatMap(({ mistakes }) => mistakes.map((one) => ({ ...one, path: '' }))),
  };
}

function keyOf(choice: ConfigChoice): string {
  return choice.kind === 'file' ? `file ${choice.file}` : choice.kind;
}
