import type { Cluster, Director, Engine } from '../inventory/cluster.ts';
import { pushedTo } from '../inventory/cluster.ts';
import { PUSHED_FILES, UNITS } from '../render/names.ts';
import type { FileWant } from '../resources/file.ts';
import type { Have, Want } from '../resources/kinds.ts';

/** The files of a director; those of the user's own are read by its engine. */
export function readByEngine(
  wants: readonly FileWant[],
  cluster: Cluster,
  director: Director,
  engine: Engine,
): readonly FileWant[] {
  const pushed = new Set(pushedTo(cluster, director).map(({ path }) => path));
  return wants.map((want) => (pushed.has(want.path) ? { ...want, readBy: UNITS[engine] } : want));
}

/**
 * Files that an earlier inventory put on a director and that this one does not have, then the list of them: a file of the
 * user's own has no mark of lvsctl. The list comes last, so that an interrupted run loses none.
 * @param wants all files of the director
 */
export function droppedFiles(wants: readonly FileWant[], have: Have): readonly Want[] {
  const record = have.file.get(PUSHED_FILES);
  const kept = new Set(wants.map(({ path }) => path));
  const list = wants.filter(({ path }) => path === PUSHED_FILES);
  if (record === undefined) return list;
  const listed = record.is === 'file' ? record.text.split('\n').filter((line) => line.startsWith('/')) : [];
  const dropped = new Set([...listed, PUSHED_FILES].filter((path) => !kept.has(path)));
  const reason = 'no longer among the `files` of the inventory';
  return [...[...dropped].map((path): Want => ({ kind: 'obsolete', path, reason })), ...list];
}
