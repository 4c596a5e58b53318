import { open } from 'node:fs/promises';
import { recordOrigin } from '../apply/origin.ts';
import { pushFiles } from '../apply/push.ts';
import { Failure } from '../failure.ts';
import { type Plan, changesIn } from '../plan/plan.ts';
import { type Command, NOTHING } from '../remote/command.ts';
import { fileNameOf, treeOf } from '../resources/built.ts';
import type { Build, Upload } from '../resources/resource.ts';
import { tarballOf } from '../source/build-script.ts';
import { buildTree, fetchTree, findTree } from '../source/build-tree.ts';
import type { Report } from './event.ts';
import type { Session } from './session.ts';

/**
 * Builds what the changes of a plan need, once for each platform, and sends it to its hosts, before the hosts are locked.
 * @returns hosts on which something was built, and so may have been installed
 * @throws Failure of the first build that ended without a program, or of a transport
 */
export async function build(
  session: Session,
  plan: Plan,
  report: Report,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const changes = changesIn(plan).flatMap(({ host, build: one }) => (one === undefined ? [] : [{ host, build: one }]));
  const builds = new Map(changes.map(({ build: one }) => [one.name, one]));
  const places = new Set([...builds.values()].map(({ on }) => on));
  const work = [...places].map(async (on) => {
    const say = (text: string): void => report({ type: 'note', host: on, text });
    let made = false;
    // One after the other, because package managers have a lock.
    for (const one of [...builds.values()].filter((other) => other.on === on)) {
      const transport = transportTo(session, on);
      const former = await findTree(transport, one, signal);
      if (former === undefined) {
        made = true;
        if (!one.tarball.mounted) await pushFiles(transport, [await tarball(one)], { signal, report: say });
      }
      const tree =
        former ?? (await buildTree(transport, one, { report: say, signal, recordAbsent: recordIn(session, on) }));
      const others = changes.filter(({ host, build: { name } }) => name === one.name && host !== on);
      if (others.length === 0) continue;
      const bytes = await fetchTree(transport, one, tree, signal);
      const upload: Upload = {
        at: treeOf(one),
        ...tree,
        title: `${one.program} ${one.version}`,
        read: (offset, length) => bytes.subarray(offset, offset + length),
      };
      await Promise.all(
        others.map(({ host }) =>
          pushFiles(transportTo(session, host), [upload], {
            signal,
            report: (text) => report({ type: 'note', host, text }),
          }),
        ),
      );
    }
    return made ? [on] : [];
  });
  const ended = await Promise.allSettled(work);
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return new Set(ended.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])));
}

/** What a build installs is removed by a reset, like what a deploy installs. */
function recordIn({ members }: Session, host: string): (packages: readonly string[]) => Command {
  const role = members.find((member) => member.host.name === host)?.role ?? 'director';
  return (packages) => {
    const fields = packages.map((name) => ({ name, before: undefined, after: 'installed' }));
    const shared = { reason: undefined, disruptive: false, causes: [], secrets: [], advice: undefined, steps: [] };
    return (
      recordOrigin([{ host, role, kind: 'packages', key: 'packages', action: 'create', fields, ...shared }]) ?? NOTHING
    );
  };
}

function transportTo({ transports }: Session, host: string): NonNullable<ReturnType<typeof transports.get>> {
  const transport = transports.get(host);
  if (transport === undefined) throw new Failure('unreachable', `${host}: not connected`, { host });
  return transport;
}

/** Read again, and compared by the host with the digest that the inventory was checked with. */
async function tarball(one: Build): Promise<Upload> {
  const { path, sha256 = '', size } = one.tarball;
  const bytes = Buffer.alloc(size);
  const handle = await open(path, 'r');
  try {
    await handle.read(bytes, 0, size, 0);
  } finally {
    await handle.close();
  }
  return {
    at: tarballOf(one),
    sha256,
    size,
    title: fileNameOf(one.tarball),
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
