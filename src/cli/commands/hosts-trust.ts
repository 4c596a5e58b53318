import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { hostsOf } from '../../inventory/cluster.ts';
import { pooled } from '../../pipeline/pooled.ts';
import type { SshAccess } from '../../remote/access.ts';
import { fetchHostKey, type FetchedKey } from '../../remote/fetch-host-key.ts';
import { refusal } from '../../remote/host-key.ts';
import { jumpName } from '../../remote/jump-hosts.ts';
import { knownName } from '../../remote/known-hosts.ts';
import { addKnownHosts } from '../../remote/known-hosts-file.ts';
import { LoginFiles } from '../../remote/login-files.ts';
import { askYesNo } from '../ask.ts';
import type { Context, HostFlags } from '../context.ts';
import { type Fingerprints, parseFingerprints } from '../fingerprints.ts';
import { openInventory } from '../open-inventory.ts';
import { askPassphrases } from '../passphrases.ts';
import { reportFailure } from '../report-failure.ts';

export interface TrustFlags extends HostFlags {
  readonly yes?: boolean;
  /** A file with lines of host and fingerprint. */
  readonly fingerprints?: string;
}

/** A host or jump host whose key is fetched. */
interface Target {
  /** In the inventory; of a jump host as ssh -J takes it. */
  readonly name: string;
  readonly access: SshAccess;
}

type Presented = Target & FetchedKey;

/** Records the host keys that are not known yet, after a person or a list has confirmed them. */
export async function trustHosts(context: Context, argument: string | undefined, flags: TrustFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const expected = await expectedIn(context, flags.fingerprints);
  const files = new LoginFiles();
  const rounds = roundsOf(
    hostsOf(opened.cluster).flatMap(({ host: { name, access } }) => (access.kind === 'ssh' ? [{ name, access }] : [])),
  );
  let exitCode: ExitCode = EXIT.done;
  let added = 0;
  for (const targets of rounds) {
    // Behind a jump host whose key is not trusted nothing is reached.
    await askPassphrases(
      context,
      targets.flatMap(({ access }) => access.jump ?? []),
      files,
    );
    const { presented, failures } = await fetchAll(context, targets, flags.forks, files);
    const unknown = presented.filter(({ verdict }) => verdict.kind === 'unknown');
    const refused = presented.flatMap(({ name, access, key, verdict }) => refusalOf(name, access, key, verdict) ?? []);
    const failed = [...refused, ...failures, ...mismatches(unknown, expected, flags.fingerprints)];
    for (const failure of failed) exitCode = reportFailure(context.screen, failure, context.verbose);
    const good = expected === undefined ? unknown : unknown.filter((one) => matches(one, expected));
    show(context, good, presented.length - unknown.length - refused.length);
    if (good.length === 0) continue;
    if (!(await agreed(context, flags, good.length))) {
      context.screen.line('No keys recorded.');
      break;
    }
    await record(good);
    files.forgetKnownHosts();
    added += good.length;
  }
  if (added > 0) context.screen.line(`Recorded ${added} ${added === 1 ? 'key' : 'keys'}.`, 'title');
  context.screen.emit({ type: 'result', command: 'hosts trust', recorded: added, exitCode });
  return exitCode;
}

/** Hosts that are reached directly, jump hosts first among them, then those behind them, and so on. */
function roundsOf(hosts: readonly Target[]): readonly (readonly Target[])[] {
  const rounds: Map<string, Target>[] = [];
  const depthOf = ({ jump }: SshAccess): number => (jump === undefined ? 0 : depthOf(jump) + 1);
  const add = (target: Target): void => {
    const { jump } = target.access;
    if (jump !== undefined) add({ name: jumpName(jump), access: jump });
    const round = (rounds[depthOf(target.access)] ??= new Map<string, Target>());
    const key = `${knownName(target.access)} ${target.access.knownHosts.join(' ')}`;
    if (!round.has(key)) round.set(key, target);
  };
  for (const host of hosts) add(host);
  return rounds.map((round) => [...round.values()]);
}

async function fetchAll(
  { signal }: Context,
  targets: readonly Target[],
  forks: number,
  files: LoginFiles,
): Promise<{ readonly presented: readonly Presented[]; readonly failures: readonly Failure[] }> {
  const found = new Map<Target, FetchedKey | Failure>();
  await pooled(targets, forks, async (target) => {
    try {
      found.set(target, await fetchHostKey(target.name, target.access, signal, files));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      found.set(target, error);
    }
  });
  if (signal.aborted) throw new Failure('interrupted', 'Interrupted. No keys recorded.');
  const all = targets.map((target) => ({ target, result: found.get(target) }));
  return {
    presented: all.flatMap(({ target, result }) =>
      result === undefined || result instanceof Failure ? [] : [{ ...target, ...result }],
    ),
    failures: all.flatMap(({ result }) => (result instanceof Failure ? [result] : [])),
  };
}

/** A key that has changed or is revoked is never recorded. */
function refusalOf(...[name, access, key, verdict]: Parameters<typeof refusal>): Failure | undefined {
  return verdict.kind === 'unknown' ? undefined : refusal(name, access, key, verdict);
}

/** Keys by fingerprint: hosts that share one were copied from one image. */
function show({ screen }: Context, keys: readonly Presented[], known: number): void {
  const groups = groupedBy(keys, ({ key }) => key.fingerprint);
  for (const [fingerprint, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    for (const { name, access, key } of group) {
      screen.emit({ type: 'host-key', host: name, name: knownName(access), keyType: key.type, fingerprint });
    }
    const names = group.map(({ name, access }) => `${name} (${knownName(access)})`).join(', ');
    screen.line(`${first.key.type} ${fingerprint}  ${names}`, 'plain', 4);
    if (group.length > 1) {
      screen.notice(
        `${group.length} hosts share this key: each of them can impersonate the others. Generate new ones.`,
      );
    }
  }
  if (known > 0) screen.line(`${known} ${known === 1 ? 'host is' : 'hosts are'} known already.`);
}

async function agreed({ screen, signal }: Context, flags: TrustFlags, count: number): Promise<boolean> {
  const keys = count === 1 ? 'key' : 'keys';
  if (flags.fingerprints !== undefined) return true;
  if (flags.yes === true) {
    screen.line(`Trusting ${count} ${keys} as presented, not compared with anything, because of --yes.`);
    return true;
  }
  if (!screen.terminal || !process.stdin.isTTY) {
    throw new Failure('inventory', 'Not a terminal, cannot ask for confirmation. No keys recorded.', {
      hint: 'Pass --fingerprints FILE, or --yes to trust the keys as presented.',
    });
  }
  return askYesNo(`Record ${count === 1 ? 'this key' : `these ${count} keys`}?`, signal);
}

/** Each file is replaced once, with all new lines. */
async function record(keys: readonly Presented[]): Promise<void> {
  const files = groupedBy(keys, ({ access }) => access.knownHosts[0]);
  for (const [file, group] of files) {
    if (file === undefined) {
      throw new Failure(
        'host-key',
        `${group.map(({ name }) => name).join(', ')}: no known_hosts file to record a key in.`,
        {
          hint: 'Set ssh.known_hosts in the inventory.',
        },
      );
    }
    await addKnownHosts(
      file,
      group.map(({ access, key }) => ({ name: knownName(access), key, hashed: access.hashKnownHosts === true })),
    );
  }
}

function groupedBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

async function expectedIn({ cwd }: Context, file: string | undefined): Promise<Fingerprints | undefined> {
  if (file === undefined) return undefined;
  try {
    return parseFingerprints(await readFile(path.resolve(cwd, file), 'utf8'), file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('inventory', `${file}: cannot read the fingerprints: ${why}`, { cause: error });
  }
}

function matches({ name, access, key }: Presented, expected: Fingerprints): boolean {
  return namesOf(name, access).some((one) => expected.get(one)?.has(key.fingerprint) === true);
}

function mismatches(
  keys: readonly Presented[],
  expected: Fingerprints | undefined,
  file: string | undefined,
): readonly Failure[] {
  if (expected === undefined) return [];
  return keys
    .filter((one) => !matches(one, expected))
    .map(({ name, access, key }) => {
      const listed = namesOf(name, access).some((one) => expected.has(one));
      const why = listed ? `is not the one in ${file ?? ''}` : `is not in ${file ?? ''}`;
      return new Failure('host-key', `${name}: the host key ${why}: ${key.type} ${key.fingerprint}`, {
        host: name,
        hint: listed
          ? 'Another machine may answer at its address. Compare with `ssh-keygen -lf` on the host itself.'
          : 'Add a line with the host and its fingerprint, as `ssh-keygen -lf` on the host itself prints it.',
      });
    });
}

function namesOf(name: string, access: SshAccess): readonly string[] {
  return [name, access.host, knownName(access), ...(access.destination === undefined ? [] : [access.destination])];
}
