/** The first line of generated pages. */
export const GENERATED = '<!-- Made by `npm run generate` from the code. Do not edit. -->';

export function section(level: number, title: string, text: string): string {
  return `${'#'.repeat(level)} ${title}\n\n${text}`;
}

/** A table; nothing when it has no rows. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', String.raw`\|`);
}
