import type { Change } from './change.ts';

/**
 * Whether directors must take up their changes at the same moment. Before keepalived 2.3.3 an advertisement whose list
 * of addresses differs from one's own is dropped (acassen/keepalived#1603): changed one after the other, the first
 * would hear no master any more and become one too.
 */
export function mustChangeTogether(changes: readonly Change[]): boolean {
  return changes.some((change) =>
    change.fields.some(
      ({ text, before, after }) =>
        text === true && before !== undefined && after !== undefined && advertised(before) !== advertised(after),
    ),
  );
}

/** The virtual_ipaddress blocks of a keepalived.conf without comments and layout, in their order. */
function advertised(text: string): string {
  const plain = text.replaceAll(/[!#].*$/gm, '');
  const blocks = plain.split('}').flatMap((block) => {
    const at = block.lastIndexOf('virtual_ipaddress');
    const [between = '', inner] = at < 0 ? [] : block.slice(at + 'virtual_ipaddress'.length).split('{', 2);
    return inner === undefined || between.trim() !== '' ? [] : [inner];
  });
  return blocks
    .map((inner) =>
      inner
        .split(/\s/)
        .filter((word) => word !== '')
        .join(' '),
    )
    .join('\n');
}
