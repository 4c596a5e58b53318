import { type Entry, lineCount } from '../keepalived/write.ts';
import type { CondensedServer } from './condensed.ts';

/** A real server is an empty line, a comment and its block. */
const ENTRIES_OF_MEMBER = 3;

/**
 * The line of the whole file that a line of the condensed one is; both from 1. In both each virtual server is one block
 * after an empty line, and they are the end of the file.
 */
export function lineInFile(
  line: number,
  condensed: readonly Entry[],
  whole: readonly Entry[],
  servers: readonly CondensedServer[],
): number {
  const first = condensed.length - 2 * servers.length;
  let start = lineCount(condensed.slice(0, first));
  let startInFile = start;
  for (const [index, { kept }] of servers.entries()) {
    const place = first + 2 * index;
    const [blank, short] = condensed.slice(place, place + 2);
    const [, full] = whole.slice(place, place + 2);
    if (blank === undefined || short === undefined || full === undefined) break;
    const lines = lineCount([blank, short]);
    if (line > start && line <= start + lines)
      return startInFile + lineInServer(line - start, blockOf(short), blockOf(full), kept);
    start += lines;
    startInFile += lineCount([blank, full]);
  }
  return line > start ? line - start + startInFile : line;
}

/** @param line of a virtual server, where 1 is the empty line before and 2 its first */
function lineInServer(
  line: number,
  condensed: readonly Entry[],
  whole: readonly Entry[],
  kept: readonly number[],
): number {
  const members = condensed.length - ENTRIES_OF_MEMBER * kept.length;
  const before = 2 + lineCount(condensed.slice(0, members));
  if (line <= before) return line;
  const written = new Set(kept);
  let [position, inFile] = [before, before];
  for (let at = members, index = 0; at < whole.length; at += ENTRIES_OF_MEMBER, index++) {
    const lines = lineCount(whole.slice(at, at + ENTRIES_OF_MEMBER));
    if (written.has(index)) {
      if (line <= position + lines) return inFile + line - position;
      position += lines;
    }
    inFile += lines;
  }
  return inFile + line - position;
}

function blockOf(entry: Entry): readonly Entry[] {
  return 'block' in entry ? (entry.block ?? []) : [];
}
