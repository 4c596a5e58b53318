import type { VirtualServer } from '../keepalived/model/check.ts';
import type { Conf } from '../keepalived/model/conf.ts';
import { scriptsIn } from '../keepalived/model/scripts.ts';

/** A setting that keepalived accepts and that does not do what was intended. */
export interface Pitfall {
  /** The keyword of the statement in keepalived.conf. */
  readonly keyword: string;
  readonly what: string;
  readonly hint: string;
}

/** Settings of the directors that fail only in operation. */
export function pitfallsOf(conf: Conf): readonly Pitfall[] {
  return [
    ...checksOfVips(conf),
    ...sorryServers(conf.check.virtual_server),
    ...exposedScripts(conf),
    ...scriptUser(conf),
  ];
}

/** A director holds the VIP itself or reaches the master, so such a check does not test its real server. */
function checksOfVips({ vrrp, check }: Conf): readonly Pitfall[] {
  const vips = new Set(vrrp.vrrp_instance.flatMap((one) => one.virtual_ipaddress.map(({ address }) => address)));
  const found = check.virtual_server.flatMap(({ real_server }) =>
    real_server.flatMap(({ address, checkers }) =>
      checkers.flatMap((checker) => {
        if (!('connect_ip' in checker) || vips.has(address) || !vips.has(checker.connect_ip)) return [];
        return [{ kind: checker.kind, vip: checker.connect_ip }];
      }),
    ),
  );
  return found.map(({ kind, vip }) => ({
    keyword: 'connect_ip',
    what: `${kind} connects to the VIP ${vip}, so it tests the cluster and not its real server.`,
    hint: 'Remove connect_ip: the address of the real server is the default.',
  }));
}

/** It is used only when the pool is down. */
function sorryServers(servers: readonly VirtualServer[]): readonly Pitfall[] {
  return servers.flatMap(({ sorry_server: sorry, real_server }) => {
    const same = real_server.some(({ address, port }) => address === sorry?.address && port === sorry.port);
    if (sorry === undefined || !same) return [];
    const what = `The sorry server ${sorry.address} ${sorry.port} is one of the real servers, so it is down when needed.`;
    return [{ keyword: 'sorry_server', what, hint: 'Use a server outside the pool.' }];
  });
}

/** Folders in which users other than root create files. */
const SHARED = /^\/(?:tmp|var\/tmp|dev\/shm|home)\//;

/** keepalived with enable_script_security refuses these when it starts; without it another user becomes root. */
function exposedScripts(conf: Conf): readonly Pitfall[] {
  const programs = new Map(
    scriptsIn(conf).flatMap(([keyword, { argv }]) => (argv[0] === undefined ? [] : [[argv[0], keyword] as const])),
  );
  return [...programs].flatMap(([program, keyword]): readonly Pitfall[] => {
    if (!SHARED.test(program)) return [];
    const what = `${program} is in a folder where other users can create files, and runs with the rights of keepalived.`;
    return [{ keyword, what, hint: 'Move it to a folder that only root can write to, such as /etc/keepalived.' }];
  });
}

/** keepalived then runs no script unless the host has the user keepalived_script, which packages of Debian do not add. */
function scriptUser(conf: Conf): readonly Pitfall[] {
  const { enable_script_security: secure } = conf.global_defs;
  if (!secure || !scriptsIn(conf).some(([, { user }]) => user === 'default')) return [];
  const what =
    'With enable_script_security and without script_user, scripts run only where a user keepalived_script exists.';
  return [{ keyword: 'enable_script_security', what, hint: 'Set script_user to the user that scripts run as.' }];
}
