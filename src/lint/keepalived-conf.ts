import { exitOf } from '../keepalived/config-test.ts';
import type { ConfDiagnostic } from '../keepalived/diagnostic.ts';
import type { EnginePolicy } from '../inventory/cluster.ts';
import { type Finding, type Linted, doubt, mistake } from '../inventory/finding.ts';
import { KEYWORDS, sentence } from '../inventory/keywords.ts';
import { MOST_LINES } from '../keepalived/language/read-lines.ts';
import { pathText, type PathParts } from '../inventory/place.ts';
import { scanRaw } from '../inventory/scan-raw.ts';
import { directorsDisagree } from './agreement.ts';
import { pitfallsOf } from './pitfalls.ts';
import { pins } from './pins.ts';
import { pushedScripts } from './pushed-scripts.ts';
import { tableDiffers } from './table.ts';
import { contender, weightProblems } from './tracked-weights.ts';
import { type AddedBlock, type AddedLine, addedBlocksOf, isRaw, nearestPlace, placesOf } from './added-lines.ts';
import { condensedServers } from '../render/condensed.ts';
import { type RenderedConf, readRendered } from '../render/rendered-conf.ts';

/**
 * Reads each director's keepalived.conf as its engine will, so that mistakes are found before a host rejects them, and
 * raw blocks that contradict the inventory before verify fails.
 */
export function keepalivedConf(linted: Linted): readonly Finding[] {
  return findingsOf(linted).map((finding) => ({ ...finding, restsOn: RESTS_ON }));
}

/** Findings about a rendered file depend on every key that is rendered into it. */
const RESTS_ON: readonly PathParts[] = [
  'vip',
  'directors',
  'real_servers',
  'global_defs',
  'vrrp_instance',
  'vrrp_instances',
  'pools',
  'nat',
  'virtual_servers',
  'raw',
  ...Object.keys(KEYWORDS.top),
].map((key) => [key]);

function findingsOf(linted: Linted): readonly Finding[] {
  const { cluster, indexes, input } = linted;
  const blocks = addedBlocksOf(input);
  const raw = blocks.filter(isRaw);
  // Included files are on the hosts, and an incomplete block is reported already.
  const including = raw.find(({ lines }) => lines.some(({ text }) => /^include[rmwba]?\s/.test(text)));
  if (including !== undefined) return [doubt(including.at, ...INCLUDES)];
  if (raw.some(({ lines }) => scanRaw(lines.map(({ text }) => text).join('\n')).problem !== undefined)) return [];
  const condensed = condensedServers(cluster);
  const confs = cluster.directors.map((director) => readRendered(cluster, director, condensed));
  const engines = new Set(cluster.directors.map(({ engine }) => engine));
  const found = new Map<string, Finding>();
  for (const conf of confs)
    for (const { key, finding } of complaintsOf(conf, blocks, engines)) if (!found.has(key)) found.set(key, finding);
  const known = new Set(cluster.directors.map(({ name }) => name.split('.')[0] ?? ''));
  const refused = [...found.values()].some(({ severity }) => severity === 'error');
  return [
    ...found.values(),
    ...pins(linted),
    ...strangeIds(raw, known),
    ...tooLong(confs, engines),
    // Ignore the rest of a rejected file, and consequences of a mistake.
    ...(refused
      ? []
      : [
          ...tableDiffers(cluster, indexes, confs, blocks),
          ...directorsDisagree(cluster, confs, blocks),
          ...pushedScripts(linted, confs),
          ...ineffective(confs, blocks),
        ]),
  ];
}

const INCLUDES = [
  'The block includes files on the hosts, so keepalived.conf cannot be checked here.',
  'The director checks it before use; `lvsctl plan` cannot.',
] as const;

function complaintsOf(
  { director, lines, diagnostics, lineInFile }: RenderedConf,
  blocks: readonly AddedBlock[],
  engines: ReadonlySet<EnginePolicy>,
): readonly { readonly key: string; readonly finding: Finding }[] {
  const places = placesOf(lines);
  return diagnostics.flatMap((diagnostic) => {
    const { line } = diagnostic.position;
    const place = places.get(line);
    // Omit warnings about lines that lvsctl writes itself.
    if (place === undefined && diagnostic.severity === 'warning' && exitOf(diagnostic) === 0) return [];
    const at = place?.at ?? blockBehind(diagnostic, blocks, places) ?? [];
    const where =
      place === undefined
        ? `line ${lineInFile(line)} of ${director.name}'s keepalived.conf, as \`lvsctl render\` prints it`
        : place.line === undefined
          ? undefined
          : `line ${place.line} of the raw block`;
    const key = `${pathText(at)} ${place?.line ?? ''} ${diagnostic.text}`;
    return judged(diagnostic, at, where, engines).map((finding) => ({ key, finding }));
  });
}

/** What a complaint about lvsctl's own lines comes from. */
function blockBehind(
  { exit, position }: ConfDiagnostic,
  blocks: readonly AddedBlock[],
  places: ReadonlyMap<number, AddedLine>,
) {
  const isScript = ({ text }: AddedLine): boolean => /script|notify|MISC_CHECK|quorum_(?:up|down)/.test(text);
  const script = [...places.values()].find(isScript) ?? blocks.find(({ lines }) => lines.some(isScript));
  return exit === 6 && script !== undefined ? script.at : nearestPlace(places, position.line);
}

function judged(
  diagnostic: ConfDiagnostic,
  at: Finding['at'],
  where: string | undefined,
  engines: ReadonlySet<EnginePolicy>,
): readonly Finding[] {
  const { severity, text } = diagnostic;
  const hint = diagnostic.hint === undefined ? undefined : sentence(diagnostic.hint);
  const what = `${text.replace(/\.$/, '')}${where === undefined ? '' : `: ${where}`}.`;
  if (severity === 'unsupported') {
    if (engines.has('agent')) return [mistake(at, `The bundled agent does not support this. ${what}`, hint)];
    if (engines.has('auto')) return [doubt(at, `A director with the bundled agent will reject this. ${what}`, hint)];
    return [];
  }
  return [exitOf(diagnostic) === 0 ? doubt(at, what, hint) : mistake(at, what, hint)];
}

/** The agent reads files of any size up to a limit; the directors differ in a few lines only. */
function tooLong([conf]: readonly RenderedConf[], engines: ReadonlySet<EnginePolicy>): readonly Finding[] {
  const count = conf?.lineCount() ?? 0;
  if (conf === undefined || count <= MOST_LINES) return [];
  const text = `The keepalived.conf of ${conf.director.name} has ${count} lines; the limit is ${MOST_LINES}`;
  const hint = 'Use `engine: keepalived`, or divide the services between clusters.';
  const position = { file: '', line: count, column: 1 };
  return judged({ severity: 'unsupported', position, text, hint }, ['virtual_servers'], undefined, engines);
}

/**
 * Keywords that keepalived accepts without effect, or with another effect. Only keywords of the inventory can be such.
 */
function ineffective(confs: readonly RenderedConf[], blocks: readonly AddedBlock[]): readonly Finding[] {
  if (blocks.length === 0) return [];
  const understood = confs.flatMap(({ director, conf }) => (conf === undefined ? [] : [{ name: director.name, conf }]));
  const instances = new Set(understood.flatMap(({ conf }) => conf.vrrp.vrrp_instance.map(({ name }) => name)));
  const found = [
    ...[...instances].flatMap((instance) =>
      weightProblems(understood.flatMap(({ name, conf }) => contender(name, conf, instance) ?? [])),
    ),
    ...understood.flatMap(({ conf }) => pitfallsOf(conf)),
  ];
  return [...new Map(found.map((one) => [one.what, one])).values()].map(({ keyword, what, hint }) =>
    doubt(placeOf(keyword, blocks), what, hint),
  );
}

/** The block that has the keyword, however deep. */
function placeOf(keyword: string, blocks: readonly AddedBlock[]): PathParts {
  const word = new RegExp(String.raw`^${keyword}\b`);
  const line = blocks.flatMap(({ lines }) => lines).find(({ text }) => word.test(text));
  return line?.at ?? blocks.find(isRaw)?.at ?? blocks[0]?.at ?? [];
}

/** `@ID` of no director: such a line applies to no host, or to one with another name in the inventory. */
function strangeIds(raw: readonly AddedBlock[], known: ReadonlySet<string>): readonly Finding[] {
  return raw.flatMap(({ at, lines }) =>
    lines.flatMap(({ text, line = 0 }) => {
      const id = /^@\^?(\S+)/.exec(text)?.[1];
      if (id === undefined || known.has(id)) return [];
      const what = `\`@${id}\` names no director: line ${line} of the raw block.`;
      return [doubt(at, what, "Use the director's host name up to its first dot, also as its `name`.")];
    }),
  );
}
