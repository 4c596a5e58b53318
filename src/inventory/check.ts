import type * as z from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { nodeAt, placeOf, plainOf, written, type Node } from './node.ts';
import { pathText, type PathParts } from './place.ts';
import { inventory, type Input } from './schema.ts';
import { keysAt } from './schema-keys.ts';
import { unknownKey } from './unknown-key.ts';
import { without, type Pruned } from './without.ts';

export interface Checked {
  /** What is left when everything that the schema refuses is taken out, so that the rest can still be looked at. */
  readonly input: Input;
  readonly diagnostics: readonly Diagnostic[];
  /** Places that were taken out, or that are meant by a misspelt key: nothing can be said about these. */
  readonly doubtful: readonly PathParts[];
  /** From places of `input` to places of the file; list items that were taken out shift those after them. */
  readonly original: (path: PathParts) => PathParts;
}

/** Holds a tree against the schema. It never throws, and it finds every mistake of the schema at once. */
export function check(root: Node): Checked {
  const plain = plainOf(root);
  const diagnostics: Diagnostic[] = [];
  const doubtful: PathParts[] = [];
  const removed = new Removed();
  // Taking a wrong value out can leave something without a value it needs; each round goes one level up.
  for (let round = 0; round < 20; round++) {
    const pruned = without(plain, removed.paths);
    const result = inventory.safeParse(pruned.value);
    if (result.success) return { input: result.data, diagnostics, doubtful, original: pruned.original };
    const found = result.error.issues.flatMap((issue) => mistakesOf(issue, pruned));
    if (round === 0) diagnostics.push(...found.map((mistake) => diagnosticOf(root, mistake)));
    doubtful.push(...found.flatMap((mistake) => mistake.doubtful));
    for (const place of found.map(({ path }) => deepest(root, removed, path))) removed.add(place);
  }
  return { input: {}, diagnostics, doubtful: [[]], original: (path) => path };
}

interface Mistake {
  readonly path: PathParts;
  readonly message: string;
  readonly hint: string | undefined;
  /** The places that cannot be judged because of it: its own, or that of the key that a misspelt one stands for. */
  readonly doubtful: readonly PathParts[];
}

function mistakesOf(issue: z.core.$ZodIssue, pruned: Pruned): readonly Mistake[] {
  const path = pruned.original(issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const { hint, meant } = unknownKey(key, keysAt(inventory, path));
      const doubtful = meant === undefined ? [] : [[...path, meant]];
      return { path: [...path, key], message: 'is not a key that is known here', hint, doubtful };
    });
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is no name';
    return [{ path, message, hint: undefined, doubtful: [path] }];
  }
  if (issue.code === 'invalid_type') {
    const wanted =
      issue.expected === 'array' ? 'a list' : issue.expected === 'object' ? 'a map of keys' : issue.expected;
    return [{ path, message: `must be ${wanted}`, hint: undefined, doubtful: [path] }];
  }
  const hint = issue.code === 'custom' ? (issue.params?.['hint'] as unknown) : undefined;
  return [{ path, message: issue.message, hint: typeof hint === 'string' ? hint : undefined, doubtful: [path] }];
}

/** The value itself is not shown: it may be a password in the wrong place. */
const KINDS = { scalar: 'a single value', list: 'a list', map: 'a map' } as const;

function diagnosticOf(root: Node, mistake: Mistake): Diagnostic {
  const path = written(root, mistake.path);
  const node = nodeAt(root, path);
  const place = placeOf(root, path);
  const name = lastName(path);
  const missing = node === undefined;
  const empty = node?.kind === 'scalar' && node.text === null;
  const typeOnly = /^must be (?:a list|a map of keys)$/.test(mistake.message);
  const message = missing
    ? 'is missing'
    : empty
      ? 'has no value'
      : typeOnly
        ? `${mistake.message}, not ${KINDS[node.kind]}`
        : mistake.message;
  const hint = empty ? 'Give it a value, or remove the key to take the default.' : mistake.hint;
  return {
    severity: 'error',
    file: place.file,
    path: pathText(path),
    line: place.line,
    what: name === '' ? `The inventory ${message}.` : `\`${name}\` ${message}.`,
    hint: missing ? undefined : hint,
  };
}

/** The nearest thing that was written and is still there, at the place or around it: what can be taken out. */
function deepest(root: Node, removed: Removed, path: PathParts): PathParts {
  let at = path;
  while (at.length > 0 && (nodeAt(root, at) === undefined || removed.has(at))) at = at.slice(0, -1);
  return at;
}

/** What was taken out so far, each once. */
class Removed {
  readonly #byText = new Map<string, PathParts>();

  get paths(): readonly PathParts[] {
    return [...this.#byText.values()];
  }

  add(path: PathParts): void {
    this.#byText.set(pathText(path), path);
  }

  has(path: PathParts): boolean {
    return this.#byText.has(pathText(path));
  }
}

function lastName(path: PathParts): string {
  const key = path.findLastIndex((part) => typeof part === 'string');
  return pathText(path.slice(Math.max(key, 0)));
}
