/** Where something was written. */
export interface Place {
  /** As the user named it; `-` is standard input. */
  readonly file: string;
  /** 1-based; undefined for what stands in no line, such as a file that could not be read. */
  readonly line: number | undefined;
}

/** The path of a thing in the inventory, a key or an index each: `['virtual_servers', 0, 'port']`. */
export type PathParts = readonly (string | number)[];

/** The form that people read: `virtual_servers[0].port`. */
export function pathText(parts: PathParts): string {
  return parts.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

/** `file:line`, or the file alone when there is no line. */
export function placeText(place: Place): string {
  return place.line === undefined ? place.file : `${place.file}:${place.line}`;
}
