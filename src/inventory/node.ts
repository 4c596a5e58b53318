import type { PathParts, Place } from './place.ts';

/**
 * YAML with its places. A scalar stays the text that was written: what is a number and what is a name is
 * decided by the schema, so that `auth_pass: 0123` and `name: no` mean what they look like.
 */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  /** null for nothing, `~` and `null` without quotes. */
  readonly text: string | null;
  /** Where the text comes from, when it is not written in the file: it is a secret then. */
  readonly source?: SecretSource;
}

export type SecretSource =
  | { readonly kind: 'env' | 'file' | 'encrypted'; readonly text: string }
  | { readonly kind: 'exec'; readonly argv: readonly string[] };

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Node[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, { readonly keyPlace: Place; readonly value: Node }>;
}

/** What the schema reads: text, null, lists, and records without a prototype. */
export type Plain = string | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Drops the places. */
export function plainOf(node: Node): Plain {
  switch (node.kind) {
    case 'scalar':
      return node.text;
    case 'list':
      return node.items.map(plainOf);
    case 'map': {
      const record = Object.create(null) as Record<string, Plain>;
      for (const [key, { value }] of node.entries) record[key] = plainOf(value);
      return record;
    }
  }
}

/** The node at a path; undefined when nothing was written there. */
export function nodeAt(root: Node, path: PathParts): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path) {
    if (node === undefined) return undefined;
    if (node.kind === 'map') node = node.entries.get(String(part))?.value;
    else if (node.kind === 'list' && typeof part === 'number') node = node.items[part];
    else return undefined;
  }
  return node;
}

/** Whether a node holds a text that comes from elsewhere. */
export function holdsSecret(node: Node | undefined): boolean {
  switch (node?.kind) {
    case undefined:
      return false;
    case 'scalar':
      return node.source !== undefined;
    case 'list':
      return node.items.some(holdsSecret);
    case 'map':
      return [...node.entries.values()].some(({ value }) => holdsSecret(value));
  }
}

/** The place of a path: its key's when it is a map's entry, else that of the nearest thing around it. */
export function placeOf(root: Node, path: PathParts): Place {
  let place = root.place;
  let node: Node | undefined = root;
  for (const part of path) {
    if (node?.kind === 'map') {
      const entry: { readonly keyPlace: Place; readonly value: Node } | undefined = node.entries.get(String(part));
      if (entry === undefined) return place;
      place = entry.keyPlace;
      node = entry.value;
    } else if (node?.kind === 'list' && typeof part === 'number') {
      node = node.items[part];
      if (node === undefined) return place;
      place = node.place;
    } else return place;
  }
  return place;
}

/** A single value may stand where the schema sees a list or a map: the place is then the value's. */
export function written(root: Node, path: PathParts): PathParts {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const around = nodeAt(root, part.slice(0, -1));
    if (around !== undefined && around.kind !== 'scalar') {
      const listed = around.kind === 'list' || typeof part.at(-1) === 'string';
      return listed ? part : part.slice(0, -1);
    }
  }
  return path;
}
