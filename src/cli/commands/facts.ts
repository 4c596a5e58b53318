import { EXIT, type ExitCode } from '../../failure.ts';
import type { Facts } from '../../observe/facts.ts';
import { facts as factsOf } from '../../pipeline/facts.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';

/** Shows facts about the hosts. */
export async function facts(context: Context, argument: string | undefined, flags: HostFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  return withCluster(context, opened.cluster, flags, async ({ session, progress }) => {
    const seen = await factsOf(session, progress.report, context.signal);
    await progress.settle();
    for (const { host, role } of session.members) {
      const state = seen.hosts.get(host.name);
      if (state === undefined) continue;
      context.screen.emit({ type: 'facts', host: host.name, role, ...asJson(state.facts) });
      context.screen.line(`${host.name}  ${role}`, 'title');
      for (const [name, value] of rows(state.facts)) context.screen.line(`  ${name.padEnd(11)} ${value}`);
    }
    const exitCode = seen.unreadable.length === 0 ? EXIT.done : reportUnreadable(context, seen.unreadable);
    context.screen.emit({ type: 'result', command: 'facts', exitCode });
    return exitCode;
  });
}

function rows(facts: Facts): readonly (readonly [string, string])[] {
  return [
    ['system', `${facts.os}, kernel ${facts.kernel}`],
    ['packages', facts.platform ?? 'no supported package manager'],
    ['addresses', facts.addresses.map(({ address, prefix, device }) => `${address}/${prefix} ${device}`).join(', ')],
    ['listens', [...facts.listening].toSorted((a, b) => a - b).join(', ')],
    ...(facts.machine === undefined ? [] : [['machine', facts.machine] as const]),
    ...(facts.keepalivedFrom === undefined
      ? []
      : [['keepalived', [FROM[facts.keepalivedFrom], facts.keepalivedVersion ?? ''].join(' ').trimEnd()] as const]),
    ...(facts.vrrpState === undefined ? [] : [['VRRP', facts.vrrpState] as const]),
  ];
}

const FROM: Readonly<Record<NonNullable<Facts['keepalivedFrom']>, string>> = {
  installed: 'installed',
  mount: 'in the local mount',
  bundle: 'in the bundle',
  candidate: "in the host's lists of packages",
  unread: 'unknown: the package lists of the host have not been fetched yet',
  source: 'to be built from source',
  none: 'not in any package source',
};

function asJson({ initSystem, firewall, ...facts }: Facts): object {
  return {
    ...facts,
    systemd: initSystem === 'systemd',
    ...(firewall !== undefined && {
      firewall: { manager: firewall.manager, tables: firewall.tables.map(({ program, name }) => `${program} ${name}`) },
    }),
    macs: Object.fromEntries(facts.macs),
    mtu: Object.fromEntries(facts.mtu),
    conf: Object.fromEntries(facts.conf),
    listening: [...facts.listening],
    ...(facts.scripts !== undefined && {
      scripts: { programs: Object.fromEntries(facts.scripts.programs), users: [...facts.scripts.users] },
    }),
  };
}
