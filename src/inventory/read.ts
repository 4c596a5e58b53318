import { check } from './check.ts';
import type { Cluster } from './cluster.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Finding, Rule } from './finding.ts';
import { lint } from './lint.ts';
import { load } from './load.ts';
import { placeOf, written, type Node } from './node.ts';
import { picker, type Origins } from './origins.ts';
import { pathText, type PathParts } from './place.ts';
import { resolveInput } from './resolve.ts';
import { maskedParts, secretsOf } from './secrets.ts';
import { resolveSources } from './secret-sources.ts';
import type { InventoryEnvironment } from './source.ts';

export interface InventoryReading {
  /** undefined when there is any error among the diagnostics. */
  readonly cluster: Cluster | undefined;
  /** What could be made of the inventory, whatever is wrong with it; undefined when a file could not be read. */
  readonly understood: Cluster | undefined;
  /** Every mistake at once, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every value of the cluster by its path, and where it came from. */
  readonly origins: Origins;
  /** Values that must not be shown, whatever else is wrong; except those too short to distinguish from other text. */
  readonly secrets: readonly string[];
}

/**
 * Reads an inventory: `sources` are file names as the user gave them, `-` is standard input, later ones are laid over
 * earlier ones. It never throws for what a user can write; mistakes are diagnostics.
 * @param more rules that are worth their time only where nothing but the inventory is looked at
 */
export async function readInventory(
  sources: readonly string[],
  environment: InventoryEnvironment,
  more: readonly Rule[] = [],
): Promise<InventoryReading> {
  const { root: marked, diagnostics } = await load(sources, environment);
  if (marked === undefined)
    return { cluster: undefined, understood: undefined, diagnostics, origins: new Map(), secrets: [] };
  const { root, secrets: fetched, diagnostics: unfetched, missing } = await resolveSources(marked, environment);
  const checked = check(root);
  const isMissing = ({ path }: Diagnostic): boolean => missing.some((at) => path.startsWith(pathText(at)));
  const picks = picker(root, checked.original);
  const resolved = await resolveInput(picks, environment, checked.input, sources[0] ?? '-');
  const { cluster, indexes, findings } = resolved;
  const linted = { cluster, indexes, input: checked.input, fileOf: (at: PathParts) => picks.place(at).file };
  const found = [...findings, ...lint(linted)];
  const located = [
    ...found,
    ...notExplained(
      found,
      more.flatMap((rule) => rule(linted)),
    ),
  ].flatMap((finding) =>
    [finding.at, ...finding.restsOn].some((at) => isDoubtful(checked.original(at), checked.doubtful))
      ? []
      : [diagnosticOf(root, checked.original, finding)],
  );
  const misfits = checked.diagnostics.filter((found) => !isMissing(found));
  const all = ordered([...diagnostics, ...unfetched, ...misfits, ...resolved.diagnostics, ...located], sources);
  const failed = all.some(({ severity }) => severity === 'error');
  const understood = inOrderOfPriority(cluster);
  return {
    cluster: failed ? undefined : understood,
    understood,
    diagnostics: all,
    origins: picks.origins,
    secrets: [...new Set([...secretsOf(cluster), ...maskedParts(fetched)])],
  };
}

/** A finding about something whose value could not be used would only repeat the first mistake in other words. */
function isDoubtful(at: PathParts, doubtful: readonly PathParts[]): boolean {
  return doubtful.some((place) => {
    const shorter = Math.min(at.length, place.length);
    return at.slice(0, shorter).every((part, index) => part === place[index]);
  });
}

/** What the rules of the inventory say of a place is the better explanation, and what has no place follows from it. */
function notExplained(found: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const places = new Set(found.filter(({ severity }) => severity === 'error').map(({ at }) => pathText(at)));
  return more.filter(({ at }) => !places.has(pathText(at)) && (at.length > 0 || places.size === 0));
}

function diagnosticOf(root: Node, original: (path: PathParts) => PathParts, finding: Finding): Diagnostic {
  const path = written(root, original(finding.at));
  const { file, line } = placeOf(root, path);
  return { severity: finding.severity, file, path: pathText(path), line, what: finding.what, hint: finding.hint };
}

function ordered(diagnostics: readonly Diagnostic[], sources: readonly string[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) => sources.indexOf(a.file) - sources.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0),
  );
}

function inOrderOfPriority(cluster: Cluster): Cluster {
  const order = new Map(cluster.instances[0]?.members.map(({ director }, index) => [director, index]));
  const place = (name: string): number => order.get(name) ?? cluster.directors.length;
  return { ...cluster, directors: cluster.directors.toSorted((a, b) => place(a.name) - place(b.name)) };
}
