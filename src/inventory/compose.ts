import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from 'js-yaml';
import type { Diagnostic } from './diagnostic.ts';
import type { MapNode, Node } from './node.ts';
import { pathText, type PathParts } from './place.ts';

/** Aliases can make a small text expand to a huge one; more nodes than this are refused. */
const MAX_NODES = 100_000;

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** Builds the tree of the first document of the events, with all mistakes that YAML itself lets pass. */
export function compose(
  file: string,
  text: string,
  events: readonly Event[],
): { readonly root: Node | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const anchors = new Map<string, { readonly node: Node; readonly size: number }>();
  const lineOf = lineCounter(text);
  let next = 1;
  let nodes = 0;

  const mistake = (line: number, path: PathParts, what: string, hint?: string): void => {
    diagnostics.push({ severity: 'error', file, path: pathText(path), line, what, hint });
  };

  const read = (path: PathParts, lineBefore: number): Node => {
    const event = events[next++];
    const before = nodes++;
    if (nodes > MAX_NODES) throw new RangeError('it expands to too many values');
    if (event === undefined) throw new RangeError('it ends too early');
    const named = (node: Node): Node => {
      if ('anchorStart' in event && event.anchorStart >= 0) {
        anchors.set(text.slice(event.anchorStart, event.anchorEnd), { node, size: nodes - before });
      }
      if ('tagStart' in event && event.tagStart >= 0) {
        const tag = text.slice(event.tagStart, event.tagEnd);
        mistake(
          node.place.line ?? lineBefore,
          path,
          `YAML tags such as ${tag} have no meaning here.`,
          'Remove the tag.',
        );
      }
      return node;
    };
    if (event.type === EVENT_ID.SCALAR) {
      const line = event.valueStart < 0 ? lineBefore : lineOf(event.valueStart);
      const value = getScalarValue(text, event);
      const empty = event.style === SCALAR_STYLE.PLAIN && NULLS.has(value);
      return named({ kind: 'scalar', place: { file, line }, text: empty ? null : value });
    }
    if (event.type === EVENT_ID.ALIAS) {
      const name = text.slice(event.anchorStart, event.anchorEnd);
      const place = { file, line: lineOf(event.anchorStart) };
      const target = anchors.get(name);
      if (target === undefined) {
        mistake(place.line, path, `The alias *${name} names an anchor that does not exist above it.`);
        return { kind: 'scalar', place, text: null };
      }
      nodes += target.size;
      return target.node;
    }
    if (event.type === EVENT_ID.SEQUENCE) {
      const place = { file, line: lineOf(event.start) };
      const items: Node[] = [];
      while (events[next]?.type !== EVENT_ID.POP) items.push(read([...path, items.length], place.line));
      next++;
      return named({ kind: 'list', place, items });
    }
    if (event.type === EVENT_ID.MAPPING) {
      const place = { file, line: lineOf(event.start) };
      const entries = new Map<string, { keyPlace: Node['place']; value: Node }>();
      let line = place.line;
      while (events[next]?.type !== EVENT_ID.POP) {
        const key = read(path, line);
        line = key.place.line ?? line;
        const name = key.kind === 'scalar' ? (key.text ?? '') : undefined;
        const value = read(name === undefined ? path : [...path, name], line);
        if (name === undefined) mistake(line, path, 'A key must be a word, not a list or a map.');
        else if (entries.has(name)) repeated(name, line, path, entries);
        else entries.set(name, { keyPlace: key.place, value });
      }
      next++;
      return named({ kind: 'map', place, entries });
    }
    throw new RangeError('its structure is not understood');
  };

  const repeated = (name: string, line: number, path: PathParts, entries: MapNode['entries']): void => {
    const first = entries.get(name)?.keyPlace.line;
    mistake(line, [...path, name], `\`${name}\` is given twice; the first is in line ${first ?? '?'}.`, 'Keep one.');
  };

  return { root: read([], 1), diagnostics };
}

/** Offsets to 1-based lines; offsets may come in any order. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
