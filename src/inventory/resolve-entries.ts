import { type DataPath, type Directive, type Entry, textOf } from '../keepalived/write.ts';
import { DEFAULTS } from './defaults.ts';
import { type InventoryKeywords, directivesOf } from './keywords.ts';
import { ConfText, type Picker } from './origins.ts';
import type { PathParts } from './place.ts';

/** What a map of the inventory adds to keepalived.conf: its keywords, then its raw block. */
export function entriesAt(
  picker: Picker,
  at: PathParts,
  given: { readonly raw?: string | undefined } | undefined,
  table: InventoryKeywords,
): readonly Entry[] {
  return [...directivesAt(picker, at, given, table), ...rawAt(picker, at, given?.raw)];
}

/** The keywords of a map, each with its place in the inventory. */
export function directivesAt(
  picker: Picker,
  at: PathParts,
  given: object | undefined,
  table: InventoryKeywords,
): readonly Directive[] {
  const directives = directivesOf(given, table);
  for (const directive of directives) {
    const key = [...at, directive.at?.[0] ?? directive.keyword];
    const value = new ConfText(textOf([directive]));
    picker.given(key, value);
  }
  return directives.map((directive) => placed(at, directive));
}

/** Lines of a raw block as they are; nothing where there is none. */
export function rawAt(picker: Picker, at: PathParts, raw: string | undefined): readonly Entry[] {
  const key = [...at, 'raw'];
  const value = raw === undefined ? undefined : new ConfText(raw);
  picker.own<ConfText | undefined>(key, value, DEFAULTS.raw);
  return raw === undefined ? [] : [{ raw: raw.replace(/(?<!\n)\n+$/, '').split('\n'), at: key }];
}

function placed(at: DataPath, directive: Directive): Directive {
  return {
    ...directive,
    at: [...at, ...(directive.at ?? [])],
    ...(directive.block !== undefined && { block: directive.block.map((inner) => placed(at, inner)) }),
  };
}

/** Upper directives replace lower ones of the same keyword. */
export function overlaid(...layers: readonly (readonly Directive[])[]): readonly Directive[] {
  return layers.reduce((lower, upper) => {
    const taken = new Set(upper.map(({ keyword }) => keyword));
    return [...lower.filter(({ keyword }) => !taken.has(keyword)), ...upper];
  }, []);
}
