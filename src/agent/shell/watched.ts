import type { Conf } from '../../keepalived/model/conf.ts';

/** Files that the cores track. */
export interface WatchedNames {
  readonly all: readonly string[];
  /** Names of vrrp_track_file, keyed by file. */
  readonly vrrp: ReadonlyMap<string, readonly string[]>;
  readonly health: ReadonlySet<string>;
}

export function watchedFiles({ vrrp, check }: Conf): WatchedNames {
  const names = new Map<string, readonly string[]>();
  for (const { name, file } of vrrp.vrrp_track_file) names.set(file, [...(names.get(file) ?? []), name]);
  const checked = check.virtual_server
    .flatMap((virtual) => virtual.real_server)
    .flatMap((real) => real.checkers)
    .flatMap((checker) => (checker.kind === 'FILE_CHECK' ? [checker.file] : []));
  const health = new Set(checked);
  return { all: [...new Set([...names.keys(), ...health])], vrrp: names, health };
}
