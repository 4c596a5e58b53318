import { type Directive, writeDirectives } from '../keepalived/write.ts';
import { KEYWORDS, directivesOf, type InventoryKeywords } from './keywords.ts';
import { ConfText, type Picker } from './origins.ts';
import type { PathParts } from './place.ts';

/** Lines that a map of the inventory adds to keepalived.conf: its keywords, then its raw block. */
export function linesAt(
  picker: Picker,
  at: PathParts,
  given: object | undefined,
  table: InventoryKeywords,
  raw?: string,
  directives: readonly Directive[] = directivesOf(given, table),
): string | undefined {
  record(picker, at, directivesOf(given, table));
  if (at.at(-1) === 'tcp_check') return textOf(directives);
  const key = [...at, 'raw'];
  const value = raw === undefined ? undefined : new ConfText(raw);
  picker.pick<ConfText | undefined>(key, [{ value, at: key }], undefined, 'nothing to add');
  return joined(textOf(directives), raw);
}

/** The lines of a director's vrrp_instance: its own keywords over those of all. Undefined when it has none. */
export function vrrpLinesOf(
  picker: Picker,
  at: PathParts,
  own: object | undefined,
  all: { readonly raw?: string | undefined } | undefined,
): string | undefined {
  const directives = directivesOf(own, KEYWORDS.vrrp_instance);
  if (directives.length === 0) return undefined;
  record(picker, at, directives);
  return joined(textOf(overlaid(directivesOf(all, KEYWORDS.vrrp_instance), directives)), all?.raw);
}

/** Directives as a text of keepalived.conf; undefined when there are none. */
export function textOf(directives: readonly Directive[]): string | undefined {
  return directives.length === 0
    ? undefined
    : writeDirectives(directives)
        .map(({ text }) => `${text}\n`)
        .join('');
}

/** Upper directives replace lower ones of the same keyword. */
export function overlaid(lower: readonly Directive[], upper: readonly Directive[]): readonly Directive[] {
  const taken = new Set(upper.map(({ keyword }) => keyword));
  return [...lower.filter(({ keyword }) => !taken.has(keyword)), ...upper];
}

export function joined(...texts: readonly (string | undefined)[]): string | undefined {
  const present = texts.filter((text) => text !== undefined);
  return present.length === 0 ? undefined : present.join('');
}

/** Keeps the place of each keyword for `inventory --resolved`. */
function record(picker: Picker, at: PathParts, directives: readonly Directive[]): void {
  for (const directive of directives) {
    const key = [...at, directive.at?.[0] ?? directive.keyword];
    const value = new ConfText(textOf([directive]) ?? '');
    picker.pick(key, [{ value, at: key }], value, '');
  }
}
