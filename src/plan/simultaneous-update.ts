import type { Change } from './change.ts';

/**
 * Whether all directors must be updated at the same time. keepalived before 2.3.3 drops advertisements whose address
 * list differs from its own (acassen/keepalived#1603): updated one by one, the first director would become a second
 * master.
 */
export function requiresSimultaneousUpdate(changes: readonly Change[]): boolean {
  return changes.some((change) =>
    change.fields.some(
      ({ text, before, after }) =>
        text === true && before !== undefined && after !== undefined && advertised(before) !== advertised(after),
    ),
  );
}

/** The virtual_ipaddress blocks of a keepalived.conf in order, without comments and with white space normalized. */
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
