import { exitOf } from '../keepalived/config-test.ts';
import type { ConfDiagnostic } from '../keepalived/diagnostic.ts';
import type { EnginePolicy } from '../inventory/cluster.ts';
import { type Finding, type Linted, doubt, mistake } from '../inventory/finding.ts';
import { pathText } from '../inventory/place.ts';
import { scanRaw } from '../inventory/scan-raw.ts';
import { directorsDisagree } from './lint-agreement.ts';
import { tableDiffers } from './lint-table.ts';
import { type RawBlock, type RawPlace, nearestBlock, placesOf, rawBlocksOf } from './raw-blocks.ts';
import { type RenderedConf, readRendered } from './rendered-conf.ts';

/**
 * Reads each director's keepalived.conf as its engine will, so that a mistake is found before a host refuses it, and
 * what the raw blocks change behind the inventory's back before verify fails for it.
 */
export function keepalivedConf({ cluster, input }: Linted): readonly Finding[] {
  const blocks = rawBlocksOf(input);
  // What a block includes is on the hosts, and one that is not whole in itself is reported already.
  const [including] = blocks.filter(({ text }) => /^\s*include[rmwba]?\s/m.test(text));
  if (including !== undefined) return [doubt(including.at, ...INCLUDES)];
  if (blocks.some(({ text }) => scanRaw(text).problem !== undefined)) return [];
  const confs = cluster.directors.map((director) => readRendered(cluster, director));
  const engines = new Set(cluster.directors.map(({ engine }) => engine));
  const found = new Map<string, Finding>();
  for (const conf of confs)
    for (const { key, finding } of complaintsOf(conf, blocks, engines)) if (!found.has(key)) found.set(key, finding);
  const known = new Set(cluster.directors.map(({ name }) => name.split('.')[0] ?? ''));
  const refused = [...found.values()].some(({ severity }) => severity === 'error');
  return [
    ...found.values(),
    ...strangeIds(blocks, known),
    // A file that is refused means nothing yet, and what follows from a mistake is not another one.
    ...(refused ? [] : [...tableDiffers(cluster, confs, blocks), ...directorsDisagree(cluster, confs, blocks)]),
  ];
}

const INCLUDES = [
  'The block includes files of the hosts, so keepalived.conf cannot be checked here.',
  'The director checks it before it takes it; `lvsctl plan` cannot.',
] as const;

function complaintsOf(
  { director, text, diagnostics }: RenderedConf,
  blocks: readonly RawBlock[],
  engines: ReadonlySet<EnginePolicy>,
): readonly { readonly key: string; readonly finding: Finding }[] {
  const places = placesOf(text, blocks);
  return diagnostics.flatMap((diagnostic) => {
    const { line } = diagnostic.position;
    const place = places.get(line);
    // A remark on what lvsctl writes itself is of no use to the writer of an inventory.
    if (place === undefined && diagnostic.severity === 'warning' && exitOf(diagnostic) === 0) return [];
    const at = place?.at ?? blockBehind(diagnostic, blocks, places) ?? [];
    const where =
      place === undefined
        ? `line ${line} of ${director.name}'s keepalived.conf, as \`lvsctl render\` prints it`
        : `line ${place.line} of the raw block`;
    const key = `${pathText(at)} ${place?.line ?? ''} ${diagnostic.text}`;
    return judged(diagnostic, at, where, engines).map((finding) => ({ key, finding }));
  });
}

/** The raw block that a complaint about lvsctl's own lines comes from. */
function blockBehind(
  { exit, position }: ConfDiagnostic,
  blocks: readonly RawBlock[],
  places: ReadonlyMap<number, RawPlace>,
) {
  const script = blocks.find(({ text }) => /script|notify|MISC_CHECK|quorum_(?:up|down)/.test(text));
  return exit === 6 && script !== undefined ? script.at : nearestBlock(places, position.line);
}

function judged(
  diagnostic: ConfDiagnostic,
  at: Finding['at'],
  where: string,
  engines: ReadonlySet<EnginePolicy>,
): readonly Finding[] {
  const { severity, text, hint } = diagnostic;
  const what = `${text.replace(/\.$/, '')}: ${where}.`;
  if (severity === 'unsupported') {
    if (engines.has('agent')) return [mistake(at, `The bundled agent cannot do this. ${what}`, hint)];
    if (engines.has('auto'))
      return [doubt(at, `A director that gets the bundled agent will refuse this. ${what}`, hint)];
    return [];
  }
  return [exitOf(diagnostic) === 0 ? doubt(at, what, hint) : mistake(at, what, hint)];
}

/** `@ID` of no director: such a line counts on no host, or on one that the inventory calls by another name. */
function strangeIds(blocks: readonly RawBlock[], known: ReadonlySet<string>): readonly Finding[] {
  return blocks.flatMap(({ at, text }) =>
    text.split('\n').flatMap((line, index) => {
      const id = /^\s*@\^?(\S+)/.exec(line)?.[1];
      if (id === undefined || known.has(id)) return [];
      const what = `\`@${id}\` names no director: line ${index + 1} of the raw block.`;
      return [doubt(at, what, "Write the director's host name up to its first dot, and use it as `name` as well.")];
    }),
  );
}
