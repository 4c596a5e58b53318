import type { ConfDiagnostic } from '../keepalived/diagnostic.ts';
import type { Conf } from '../keepalived/model/conf.ts';
import { readConf } from '../keepalived/read-conf.ts';
import { type PlacedDirective, readDirectives } from '../keepalived/read-directives.ts';
import { type ConfSource, type SkippedFile, type ConfFile } from '../keepalived/source.ts';
import { textOf } from '../keepalived/write.ts';
import { currentNames } from './current-names.ts';
import { tidied } from './tidy.ts';

/** The keepalived.conf of a director, and how to find what it includes. */
export interface AdoptSource {
  /** The director. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly include: ConfSource['read'];
}

/** A director's configuration, read. */
export interface AdoptedConf {
  readonly name: string;
  readonly directives: readonly PlacedDirective[];
  /** What keepalived makes of the directives. */
  readonly conf: Conf;
  readonly diagnostics: readonly ConfDiagnostic[];
  /** What was changed to read it, and what could not be read. */
  readonly notes: readonly string[];
  /** The cluster that lvsctl made the file for; undefined for a file of another author. */
  readonly cluster: string | undefined;
  /** The comment beside or above a line, by file and line. */
  readonly commentAt: (file: string, line: number) => string | undefined;
}

/** Reads a configuration as its author meant it: white space of other kinds is white space, old names are the new ones. */
export function readAdopted(source: AdoptSource): AdoptedConf | string {
  const notes: string[] = [];
  const texts = new Map<string, readonly string[]>();
  const take = (name: string, raw: string): ConfFile => {
    const { text, changes } = tidied(raw);
    for (const change of changes) notes.push(`${name}: ${change}`);
    texts.set(name, text.split('\n'));
    return { name, text };
  };
  const read = (pattern: string, from: string): readonly (ConfFile | SkippedFile)[] => {
    if (pattern === source.file && from === source.file) return [take(source.file, source.text)];
    const found = source.include(pattern, from).flatMap((file) => {
      if (!('why' in file)) return [take(file.name, file.text)];
      notes.push(`${file.name} is included and was not read: ${file.why}.`);
      return [];
    });
    if (found.length > 0) return found;
    notes.push(`${pattern} is included and is not among the files: what it says is missing here.`);
    // An empty file, because reading would stop at a missing one.
    return [{ name: pattern, text: '' }];
  };
  const ids = idsIn(source.text);
  const [id = source.name] = ids.includes(source.name) ? [] : ids;
  if (id !== source.name)
    notes.push(
      `The file has lines for ${ids.map((one) => `@${one}`).join(', ')}: those for @${id} are taken for ${source.name}. Name the file after its director, if it is another one.`,
    );
  const env = { configId: id, hostname: source.name, tls: true };
  const { directives: written, diagnostics, complete } = readDirectives({ main: source.file, read }, env);
  if (!complete) return diagnostics.at(-1)?.text ?? 'it could not be read to its end';
  const { directives, changes } = currentNames(written);
  const text = textOf(directives);
  const main = source.file;
  const { understood } = readConf({ main, read: () => [{ name: main, text }] }, env);
  if (understood === undefined) return 'it could not be read to its end';
  return {
    name: source.name,
    directives,
    conf: understood,
    diagnostics,
    notes: [...notes, ...changes],
    cluster: /^[!#] Managed by lvsctl: made for \S+ from the inventory of the cluster ([\w.-]+)\. /m.exec(
      source.text,
    )?.[1],
    commentAt: (file, line) => commentIn(texts.get(file) ?? [], line - 1),
  };
}

/** The hosts that the file has lines for, each once. */
function idsIn(text: string): readonly string[] {
  const found = [...text.matchAll(/^[ \t]*@([A-Za-z0-9][A-Za-z0-9_.-]*)(?=[ \t])/gm)].flatMap(([, id]) => id ?? []);
  return [...new Set(found)];
}

/** Behind the line itself, or on the line above it alone. */
function commentIn(lines: readonly string[], index: number): string | undefined {
  const line = lines[index] ?? '';
  const mark = Math.max(line.lastIndexOf('#'), line.lastIndexOf('!'));
  if (mark !== -1) return line.slice(mark + 1).trim();
  const above = lines[index - 1]?.trim() ?? '';
  return /^[#!]/.test(above) ? above.replace(/^[#!]+/, '').trim() : undefined;
}
