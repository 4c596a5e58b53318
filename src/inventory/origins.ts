import { REDACTED, Secret } from '../text/secret.ts';
import { maskConf, secretsOfConf } from '../keepalived/conf-secrets.ts';
import type { Default } from './defaults.ts';
import { holdsSecret, nodeAt, placeOf, written, type Node } from './node.ts';
import { pathText, placeText, type PathParts, type Place } from './place.ts';

export interface Origin {
  readonly value: unknown;
  /** `inventories/article.yml:12`, or `default: the reason`. */
  readonly origin: string;
}

export type Origins = ReadonlyMap<string, Origin>;

/** A value as it was given, if it was, and where. */
export interface Given<T> {
  readonly value: T | undefined;
  readonly at: PathParts;
}

/** Takes values, or their defaults, and remembers which it was. */
export interface Picker {
  /** The first of the given values, else the default. */
  readonly pick: <T>(path: PathParts, given: readonly Given<T>[], otherwise: Default<T>) => T;
  /** A value that can be given in one place only, else the default. */
  readonly own: <T>(path: PathParts, value: T | undefined, otherwise: Default<T>) => T;
  /** A value without a default. */
  readonly given: <T>(path: PathParts, value: T, at?: PathParts) => T;
  /** Where a thing was written. */
  readonly place: (at: PathParts) => Place;
  /** The place of a list item in the file, where items that could not be used still count. */
  readonly position: (list: string, index: number) => number;
  readonly origins: Origins;
}

/** @param original from places of the checked input to those of the file */
export function picker(root: Node, original: (path: PathParts) => PathParts): Picker {
  const origins = new Map<string, Origin>();
  const place = (at: PathParts): Place => {
    const path = original(at);
    return nodeAt(root, path)?.place ?? placeOf(root, path);
  };
  const pick = <T>(path: PathParts, given: readonly Given<T>[], otherwise: Default<T>): T => {
    const found = given.find(({ value }) => value !== undefined);
    const value = found?.value ?? otherwise.value;
    const isSecret = found !== undefined && holdsSecret(nodeAt(root, written(root, original(found.at))));
    const unwritten = otherwise.origin ?? `default: ${otherwise.because}`;
    const origin = found === undefined ? unwritten : placeText(place(found.at));
    origins.set(pathText(original(path)), { value: isSecret ? new Secret('') : value, origin });
    return value;
  };
  return {
    origins,
    place,
    position: (list, index) => Number(original([list, index])[1]),
    pick,
    own: (path, value, otherwise) => pick(path, [{ value, at: path }], otherwise),
    given: (path, value, at = path) => pick(path, [{ value, at }], { value, because: '' }),
  };
}

/** A part of keepalived.conf, in which secrets are hidden where it is shown. */
export class ConfText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface OriginRow {
  readonly path: string;
  readonly value: string;
  readonly origin: string;
}

/** Every value and where it came from, for people; secrets are hidden. */
export function originRows(origins: Origins): readonly OriginRow[] {
  const blocks = [...origins].flatMap(([, { value }]) => (value instanceof ConfText ? [value.text] : []));
  const { names } = secretsOfConf(blocks.join('\n'));
  return [...origins].map(([path, { value, origin }]) => {
    return {
      path,
      value: value instanceof ConfText ? maskConf(value.text, names, REDACTED) : valueText(value),
      origin,
    };
  });
}

function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  if (value instanceof Secret) return value.toString();
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value === 'object' && value !== null && 'address' in value && 'prefix' in value) {
    return `${String(value.address)}/${String(value.prefix)}`;
  }
  if (typeof value === 'object' && value !== null && 'min' in value && 'max' in value) {
    return value.min === value.max ? String(value.min) : `${String(value.min)}-${String(value.max)}`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
