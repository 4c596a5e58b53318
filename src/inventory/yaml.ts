import { parseEvents, YAMLException, EVENT_ID } from 'js-yaml';
import type { Diagnostic } from './diagnostic.ts';
import type { Node } from './node.ts';
import { compose } from './compose.ts';

/** An inventory of ten thousand hosts is smaller; anything above is a mistake or an attack. */
const MAX_CHARACTERS = 4_000_000;

export interface Parsed {
  /** undefined when the text has no content or is no YAML. */
  readonly root: Node | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one YAML document. It never throws: what cannot be read becomes a diagnostic. */
export function parseYaml(file: string, text: string): Parsed {
  const mistake = (line: number | undefined, what: string, hint?: string): Parsed => ({
    root: undefined,
    diagnostics: [{ severity: 'error', file, path: '', line, what, hint }],
  });
  if (text.length > MAX_CHARACTERS) return mistake(undefined, 'The file is too large for an inventory.');
  try {
    const events = parseEvents(text, { maxDepth: 50 });
    const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
    if (documents === 0) {
      return mistake(undefined, 'The file is empty.', 'The smallest inventory has vip, directors and real_servers.');
    }
    if (documents > 1) {
      return mistake(undefined, 'The file holds more than one YAML document.', 'Remove the `---` between them.');
    }
    return compose(file, text, events);
  } catch (error) {
    if (!(error instanceof YAMLException)) return mistake(undefined, `This is not YAML: ${String(error)}.`);
    // A truncated text is reported after its last line, which does not exist.
    const last = text.trimEnd().split('\n').length;
    const line = error.mark === undefined ? undefined : Math.min(error.mark.line + 1, last);
    return mistake(line, `This is not YAML: ${error.reason}.`, hintFor(error.reason));
  }
}

function hintFor(reason: string): string {
  if (/tab/.test(reason)) return 'Indent with spaces.';
  if (/quoted scalar/.test(reason)) return 'A quote was opened and not closed.';
  if (/flow/.test(reason)) return 'A bracket was opened and not closed.';
  if (/indentation|expected/.test(reason)) {
    return 'Check the indentation of this line and the previous one, and look for an unclosed bracket or quote.';
  }
  return 'Check this line and the previous one.';
}
