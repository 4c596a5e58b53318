import { Failure } from '../failure.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { type Want, resourceOf, titleOf } from '../resources/kinds.ts';
import { OWN_FOLDER } from '../resources/own-folder.ts';
import type { FolderNeed, Surroundings } from '../resources/resource.ts';

interface TitledNeed extends FolderNeed {
  /** The change, in messages. */
  readonly title: string;
}

/** Why changes of a host could not be written, or would not run; undefined when they can. */
export function limitedFolders(
  { host, facts, have }: HostState,
  wants: readonly Want[],
  around: Surroundings,
): Failure | undefined {
  const needs = wants.flatMap((want): readonly TitledNeed[] => {
    const resource = resourceOf(want);
    const diff = resource.diff(have, around);
    if (diff === undefined) return [];
    const title = titleOf(resource.kind, resource.key);
    // The former state of what changes is recorded.
    return [...resource.needs(diff), { folder: OWN_FOLDER, runs: false }].map((need) => ({ ...need, title }));
  });
  const unwritable = needs.filter(({ folder }) => facts.folders.readOnly.has(folder));
  const unrunnable = needs.filter(({ folder, runs }) => runs && facts.folders.noexec.has(folder));
  const problems = [
    ...byFolder(unwritable).map(([folder, titles]) => `${folder} is read-only, and ${titles} would be written there`),
    ...byFolder(unrunnable).map(([folder, titles]) => `${folder} is mounted noexec, and ${titles} would run there`),
  ];
  return problems.length === 0
    ? undefined
    : new Failure('unsupported', `${host}: ${problems.join('; ')}`, {
        host,
        hint: unwritable.length > 0 ? WRITABLE : EXECUTABLE,
      });
}

const WRITABLE =
  'Make it writable for the deploy: `mount -o remount,rw` of its mount point, or `chattr -i` of an immutable folder. It may be read-only again afterwards.';

const EXECUTABLE = 'Mount it without noexec, now and in /etc/fstab: the programs of lvsctl run there at every boot.';

/** Titles in a message. */
const MOST_TITLES = 2;

function byFolder(needs: readonly TitledNeed[]): readonly (readonly [folder: string, titles: string])[] {
  const folders = [...new Set(needs.map(({ folder }) => folder))];
  return folders.map((folder) => {
    const titles = needs.filter((need) => need.folder === folder).map(({ title }) => title);
    const more = titles.length - MOST_TITLES;
    return [folder, [...titles.slice(0, MOST_TITLES), ...(more > 0 ? [`${more} more`] : [])].join(', ')];
  });
}
