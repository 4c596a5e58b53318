import { secretsOfConf } from '../keepalived/conf-secrets.ts';
import { textOf } from '../keepalived/write.ts';
import { type Cluster, hostsOf } from './cluster.ts';

/** A shorter password, such as `1111`, is hidden where it stands only: elsewhere it is a number like others. */
const MIN_LENGTH = 6;

/** All that an inventory adds to keepalived.conf as one text, what virtual servers share once: a definition in one place counts in all. */
export function addedText({ conf, global_defs, instances, virtualServers }: Cluster): string {
  const members = new Set(virtualServers.flatMap(({ pool }) => pool.map((member) => member.conf)));
  return [
    global_defs.conf,
    conf,
    ...instances.flatMap(({ members }) => members.map((member) => member.conf)),
    ...virtualServers.map((server) => server.conf),
    ...members,
  ]
    .map((entries) => textOf(entries))
    .join('');
}

/** Every value that is hidden wherever text leaves the program. */
export function secretsOf(cluster: Cluster): readonly string[] {
  const passwords = passwordsOf(cluster);
  const hosts = hostsOf(cluster);
  const logins = hosts.flatMap(({ host: { access } }) =>
    access.kind === 'ssh' && access.password !== undefined ? [access.password.reveal()] : [],
  );
  const found = [
    ...passwords,
    ...new Set(logins),
    ...secretsOfConf(addedText(cluster)).values,
    ...hosts.flatMap(proxyPassword),
  ];
  return [...cluster.secrets.map((secret) => secret.reveal()), ...found.filter((value) => value.length >= MIN_LENGTH)];
}

/** Fewer characters would take words out of every text. */
const SHORTEST = 4;

/** What is hidden of values from elsewhere: each, and its lines, as text is shown line by line. */
export function maskedParts(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => [value, ...value.split('\n').map((line) => line.trim())])
    .filter((part) => part.length >= SHORTEST);
}

/** The passwords of the VRRP instances, each once. */
export function passwordsOf({ instances }: Cluster): readonly string[] {
  return [...new Set(instances.flatMap(({ authentication }) => authentication?.auth_pass.reveal() ?? []))];
}

/** `sshpass -p PASSWORD`, the usual way to put one into a proxy command. */
function proxyPassword({ host: { access } }: ReturnType<typeof hostsOf>[number]): readonly string[] {
  const command = access.kind === 'ssh' ? (access.proxyCommand ?? '') : '';
  const [, quoted, plain] = /\bsshpass +-p *(?:'([^']+)'|(\S+))/.exec(command) ?? [];
  const password = quoted ?? plain;
  return password === undefined ? [] : [password];
}
