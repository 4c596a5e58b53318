import { pushedTo } from '../inventory/cluster.ts';
import { type Finding, type Linted, doubt, mistake } from '../inventory/finding.ts';
import type { PathParts } from '../inventory/place.ts';
import { scriptsIn } from '../keepalived/model/scripts.ts';
import type { RenderedConf } from '../render/rendered-conf.ts';

/** Scripts of keepalived.conf that are among the `files` of the inventory, and that no director could run. */
export function pushedScripts({ cluster, input }: Linted, confs: readonly RenderedConf[]): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const { director, conf } of confs) {
    if (conf === undefined) continue;
    const programs = new Set(scriptsIn(conf).map(([, { argv }]) => argv[0]));
    const index = cluster.directors.findIndex(({ name }) => name === director.name);
    for (const { path, mode, text } of pushedTo(cluster, director)) {
      if (!programs.has(path)) continue;
      const own = input.directors?.[index]?.files?.[path] !== undefined;
      const at: PathParts = [...(own ? ['directors', index] : []), 'files', path];
      const finding = findingOf(at, path, mode, text);
      if (finding !== undefined) found.set(at.join(), finding);
    }
  }
  return [...found.values()];
}

function findingOf(at: PathParts, path: string, mode: number, text: string): Finding | undefined {
  if ((mode & 0o111) === 0)
    return mistake(at, `keepalived runs ${path}, which is not executable.`, 'Add `mode: "0755"` to the file.');
  if (!text.startsWith('#!'))
    return doubt(
      at,
      `keepalived runs ${path}, which has no interpreter in its first line.`,
      'Begin it with #!/bin/sh.',
    );
  return undefined;
}
