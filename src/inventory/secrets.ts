import { secretsOfConf } from '../keepalived/conf-secrets.ts';
import { type Cluster, hostsOf } from './cluster.ts';

/** A shorter password, such as `1111`, is hidden where it stands only: elsewhere it is a number like others. */
const MIN_LENGTH = 6;

/** All lines that an inventory adds to keepalived.conf as one text: a definition in one of them counts in all. */
export function addedLines({
  lines,
  global_defs,
  vrrp_instance,
  directors,
  virtualServers,
  realServers,
}: Cluster): string {
  return [
    global_defs.lines,
    lines,
    vrrp_instance.lines,
    ...directors.map((director) => director.vrrpLines),
    ...virtualServers.map((server) => server.lines),
    ...realServers.map((server) => server.lines),
  ]
    .filter((block) => block !== undefined)
    .join('\n');
}

/** Every value that is hidden wherever text leaves the program. */
export function secretsOf(cluster: Cluster): readonly string[] {
  const password = cluster.vrrp_instance.authentication?.auth_pass.reveal() ?? '';
  const found = [password, ...secretsOfConf(addedLines(cluster)).values, ...hostsOf(cluster).flatMap(proxyPassword)];
  return [...cluster.secrets.map((secret) => secret.reveal()), ...found.filter((value) => value.length >= MIN_LENGTH)];
}

/** `sshpass -p PASSWORD`, the usual way to put one into a proxy command. */
function proxyPassword({ host: { access } }: ReturnType<typeof hostsOf>[number]): readonly string[] {
  const command = access.kind === 'ssh' ? (access.proxyCommand ?? '') : '';
  const [, quoted, plain] = /\bsshpass +-p *(?:'([^']+)'|(\S+))/.exec(command) ?? [];
  const password = quoted ?? plain;
  return password === undefined ? [] : [password];
}
