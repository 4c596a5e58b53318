import type { Access, SshAccess } from '../remote/access.ts';
import { dirname, resolve } from 'node:path';
import type { HostSettings, Setting } from '../remote/ssh-config/settings.ts';
import { Secret } from '../text/secret.ts';
import { DEFAULTS, type Default } from './defaults.ts';
import type { Given, Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { resolveJump } from './resolve-jump.ts';
import { opensshOptions } from './resolve-openssh.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';
import type { SshConfigs } from './ssh-configs.ts';
import { absolute, detailsOf, knownHostsOf } from './ssh-settings.ts';

type Ssh = NonNullable<Input['ssh']>;

export interface AccessRequest {
  readonly at: PathParts;
  readonly name: string;
  readonly address: string;
  readonly ssh: Ssh | undefined;
}

/** The value of OpenSSH's configuration where it has one, else a default of ours. */
function configured<T>(setting: Setting<T> | undefined, otherwise: Default<T>): Default<T> {
  return setting === undefined ? otherwise : { value: setting.value, because: '', origin: setting.origin };
}

/**
 * How one host is reached: its own words first, then those for all hosts, then the configuration of OpenSSH, then the
 * defaults.
 */
export function resolveAccess(
  picker: Picker,
  environment: InventoryEnvironment,
  configs: SshConfigs,
  host: AccessRequest,
  all: Ssh | undefined,
): Access {
  const given = <K extends keyof Ssh>(key: K): readonly Given<NonNullable<Ssh[K]>>[] => [
    { value: host.ssh?.[key] as NonNullable<Ssh[K]> | undefined, at: [...host.at, 'ssh', key] },
    { value: all?.[key] as NonNullable<Ssh[K]> | undefined, at: ['ssh', key] },
  ];
  const at = (key: string): PathParts => [...host.at, 'ssh', key];
  const lab = host.ssh?.lab ?? all?.lab;
  const destination = (host.ssh?.destination ?? all?.destination ?? host.address).replaceAll('%n', host.name);
  const config = configs.of(host.ssh, at('').slice(0, -1));
  const otherwise = DEFAULTS.ssh.user.value;
  const port = host.ssh?.port ?? all?.port;
  const user = { given: host.ssh?.user ?? all?.user, otherwise };
  const found: Partial<HostSettings> = lab === undefined ? config.settings({ name: destination, user, port }) : {};

  const chosenPort = picker.pick(at('port'), given('port'), configured(found.port, DEFAULTS.ssh.port));
  const connectTimeoutSeconds = picker.pick(
    at('connect_timeout'),
    given('connect_timeout'),
    configured(found.connectTimeoutSeconds, DEFAULTS.ssh.connect_timeout),
  );
  if (lab !== undefined) {
    picker.pick<string | undefined>(at('lab'), given('lab'), DEFAULTS.ssh.lab);
    return { kind: 'lab', lab, host: host.address, connectTimeoutSeconds };
  }
  const files = (key: 'identity_file' | 'known_hosts', setting: Setting<readonly string[]> | undefined) => {
    const { value: usual, because } = DEFAULTS.ssh[key];
    const written = given(key).find(({ value }) => value !== undefined);
    const folder = written === undefined ? environment.home : folderOf(picker.place(written.at).file, environment);
    const paths = (written?.value ?? usual).map((path) => absolute(path, folder, environment.home));
    const shown: readonly Given<readonly string[]>[] = written === undefined ? [] : [{ value: paths, at: written.at }];
    return picker.pick<readonly string[]>(at(key), shown, configured(setting, { value: paths, because }));
  };
  picker.pick(
    at('destination'),
    given('destination').map((one) => ({ ...one, value: one.value?.replaceAll('%n', host.name) })),
    DEFAULTS.ssh.destination(host.address),
  );
  const checking = found.hostKeyChecking;
  const hostKeyChecking = picker.pick<'strict' | 'accept-new'>(
    at('host_key_checking'),
    given('host_key_checking'),
    checking === undefined || checking.value === 'no'
      ? DEFAULTS.ssh.host_key_checking
      : configured({ value: checking.value, origin: checking.origin }, DEFAULTS.ssh.host_key_checking),
  );
  const access: SshAccess = {
    kind: 'ssh',
    host: found.hostName?.value ?? destination,
    port: chosenPort,
    user: picker.pick(at('user'), given('user'), configured(found.user, DEFAULTS.ssh.user)),
    identityFiles: files('identity_file', found.identityFiles),
    knownHosts: files('known_hosts', knownHostsOf(found, environment.home)),
    proxyCommand: undefined,
    hostKeyChecking,
    connectTimeoutSeconds,
    ...detailsOf(found),
    ...(found.hostName !== undefined && { destination }),
  };
  const password = picker.pick<Secret | undefined>(
    at('password'),
    given('password').map((one) => ({ ...one, value: one.value === undefined ? undefined : new Secret(one.value) })),
    DEFAULTS.ssh.password,
  );
  const client = picker.pick<'builtin' | 'openssh'>(at('client'), given('client'), DEFAULTS.ssh.client);
  return {
    ...access,
    ...(password !== undefined && { password }),
    ...resolveProxy(picker, config, host, all, { access, found, given, at }),
    ...(client === 'openssh' && { openssh: { options: opensshOptions(access, config, [host.ssh, all]) }, destination }),
  };
}

interface ProxyContext {
  readonly access: SshAccess;
  readonly found: Partial<HostSettings>;
  readonly given: <K extends keyof Ssh>(key: K) => readonly Given<NonNullable<Ssh[K]>>[];
  readonly at: (key: string) => PathParts;
}

/** The proxy command or the jump hosts; the inventory has at most one of them in effect, the nearest. */
function resolveProxy(
  picker: Picker,
  config: ReturnType<SshConfigs['of']>,
  host: AccessRequest,
  all: Ssh | undefined,
  { access, found, given, at }: ProxyContext,
): Pick<SshAccess, 'proxyCommand' | 'jump'> {
  const nearest = [host.ssh, all].find((one) => one?.proxy_command !== undefined || one?.proxy_jump !== undefined);
  const usesCommand = nearest?.proxy_command !== undefined;
  const usesJump = !usesCommand && nearest?.proxy_jump !== undefined;
  const proxyCommand = picker.pick<string | undefined>(
    at('proxy_command'),
    usesJump ? [] : given('proxy_command'),
    usesJump
      ? DEFAULTS.ssh.proxy_command
      : configured<string | undefined>(found.proxyCommand, DEFAULTS.ssh.proxy_command),
  );
  if (usesCommand) return { proxyCommand };
  const hops = found.proxyJump;
  const texts = hops?.value.map(hopText);
  const chosen = picker.pick<readonly string[]>(
    at('proxy_jump'),
    given('proxy_jump'),
    configured(hops === undefined ? undefined : { value: texts ?? [], origin: hops.origin }, DEFAULTS.ssh.proxy_jump),
  );
  return { proxyCommand, ...(chosen.length > 0 && { jump: resolveJump(chosen, config, access) }) };
}

function hopText({
  user,
  host,
  port,
}: {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}): string {
  const address = host.includes(':') ? `[${host}]` : host;
  return `${user === undefined ? '' : `${user}@`}${address}${port === undefined ? '' : `:${port}`}`;
}

/** The folder that relative paths of an inventory start from. */
export function folderOf(file: string, environment: InventoryEnvironment): string {
  return file === '-' ? environment.folder : dirname(resolve(environment.folder, file));
}
