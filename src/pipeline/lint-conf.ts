import type { ConfDiagnostic } from '../agent/core/conf/diagnostic.ts';
import { readConf } from '../agent/core/conf/read-conf.ts';
import type { Cluster, Director, EnginePolicy } from '../inventory/cluster.ts';
import { type Finding, type Linted, doubt, mistake } from '../inventory/finding.ts';
import { type PathParts, pathText } from '../inventory/place.ts';
import { scanRaw } from '../inventory/scan-raw.ts';
import type { Input } from '../inventory/schema.ts';
import { renderKeepalived } from '../render/keepalived.ts';

interface RawBlock {
  readonly at: PathParts;
  readonly text: string;
}

/**
 * Reads each director's keepalived.conf as the bundled agent will, so that a mistake in a raw block is found before a
 * host refuses it. What the blocks include from hosts cannot be read here; then nothing is said.
 */
export function keepalivedConf({ cluster, input }: Linted): readonly Finding[] {
  const blocks = rawBlocksOf(input);
  if (blocks.length === 0) return [];
  const unreadable = blocks.some(
    ({ text }) => scanRaw(text).problem !== undefined || /^\s*include\w*\s/m.test(text) || /^\s*@/m.test(text),
  );
  if (unreadable) return [];
  const engines = new Set(cluster.directors.map(({ engine }) => engine));
  const found = new Map<string, Finding>();
  for (const director of cluster.directors) {
    for (const finding of findingsOf(cluster, director, blocks, engines)) {
      const key = `${pathText(finding.at)} ${finding.what}`;
      if (!found.has(key)) found.set(key, finding);
    }
  }
  return [...found.values()];
}

function rawBlocksOf(input: Input): readonly RawBlock[] {
  const all: readonly (readonly [PathParts, string | undefined])[] = [
    [['global_defs', 'raw'], input.global_defs?.raw],
    [['raw'], input.raw],
    [['vrrp_instance', 'raw'], input.vrrp_instance?.raw],
    ...(input.virtual_servers ?? []).map(({ raw }, index) => [['virtual_servers', index, 'raw'], raw] as const),
    ...(input.real_servers ?? []).map(({ raw }, index) => [['real_servers', index, 'raw'], raw] as const),
  ];
  return all.flatMap(([at, text]) => (text === undefined ? [] : [{ at, text }]));
}

function findingsOf(
  cluster: Cluster,
  director: Director,
  blocks: readonly RawBlock[],
  engines: ReadonlySet<EnginePolicy>,
): readonly Finding[] {
  const name = 'keepalived.conf';
  const text = renderKeepalived(cluster, director, director.interface === 'auto' ? 'eth0' : director.interface);
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  const { diagnostics } = readConf({ main: name, read }, { configId: undefined, hostname: director.name, tls: true });
  const places = placesOf(text.split('\n'), blocks);
  return diagnostics.flatMap((diagnostic) => {
    const place = places.get(diagnostic.position.line);
    // What lvsctl writes itself is tried by its tests; a mistake that shows there has its cause in a block nearby.
    if (place === undefined && diagnostic.severity === 'warning') return [];
    const where =
      place === undefined
        ? `line ${diagnostic.position.line} of ${director.name}'s keepalived.conf, as \`lvsctl render\` prints it`
        : `line ${place.line} of the raw block`;
    return judged(diagnostic, place?.at ?? blocks[0]?.at ?? [], where, engines);
  });
}

function judged(
  { severity, text, hint }: ConfDiagnostic,
  at: PathParts,
  where: string,
  engines: ReadonlySet<EnginePolicy>,
): readonly Finding[] {
  const what = `${text.replace(/\.$/, '')}: ${where}.`;
  if (severity === 'error') return [mistake(at, what, hint)];
  if (severity === 'warning') return [doubt(at, what, hint)];
  if (engines.has('agent')) return [mistake(at, `The bundled agent cannot do this. ${what}`, hint)];
  if (engines.has('auto')) return [doubt(at, `A director that gets the bundled agent will refuse this. ${what}`, hint)];
  return [];
}

/** Where each line of the rendered file that comes from a raw block was written, lines counted from 1. */
function placesOf(
  rendered: readonly string[],
  blocks: readonly RawBlock[],
): ReadonlyMap<number, { readonly at: PathParts; readonly line: number }> {
  const places = new Map<number, { readonly at: PathParts; readonly line: number }>();
  const trimmed = rendered.map((line) => line.trim());
  for (const { at, text } of blocks) {
    const lines = text
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => line.trim());
    for (let start = 0; start + lines.length <= trimmed.length; start++) {
      if (!lines.every((line, index) => trimmed[start + index] === line)) continue;
      lines.forEach((_, index) => {
        if (!places.has(start + index + 1)) places.set(start + index + 1, { at, line: index + 1 });
      });
      start += lines.length - 1;
    }
  }
  return places;
}
