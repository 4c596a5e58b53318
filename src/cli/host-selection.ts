import { type Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import { type Cluster, type Member, type Role, hostsOf } from '../inventory/cluster.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { collect } from './arguments.ts';

export interface SelectionFlags {
  readonly limit?: readonly string[];
  readonly role?: readonly Role[];
}

const ROLES: readonly Role[] = ['director', 'real-server', 'client'];

/** The flags `--limit` and `--role`. */
export function addSelection(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--limit <pattern>',
        'only these hosts: names, globs, directors, real_servers, client; ! removes; separated by commas',
      ).argParser(collect),
    )
    .addOption(new Option('--role <role...>', 'only hosts with this role').choices(ROLES));
}

/**
 * The hosts that the flags select. Without flags, those that are reached over SSH: a command for the cluster is not
 * meant for the machine that lvsctl runs on.
 * @throws Failure `inventory` when they select none
 */
export function selectedHosts(cluster: Cluster, { limit = [], role = [] }: SelectionFlags): readonly Member[] {
  const members = hostsOf(cluster);
  if (limit.length === 0 && role.length === 0) return members.filter(({ host }) => host.access.kind !== 'local');
  const selected = selectHosts(members, { limit, roles: role });
  if ('members' in selected) return selected.members;
  throw new Failure('inventory', selected.problem, selected.hint === undefined ? {} : { hint: selected.hint });
}
