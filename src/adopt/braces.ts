/** Blocks that stand in no other one. */
const OUTERMOST =
  /^\s*(?:global_defs|vrrp_instance|vrrp_script|vrrp_sync_group|virtual_server|virtual_server_group|static_ipaddress|static_routes)\b[^{}]*\{/;

export interface Closed {
  readonly text: string;
  /** Lines before which a block was closed; the one after the last stands for the end of the file. */
  readonly lines: readonly number[];
}

/** Closes blocks that their author forgot to close: what follows would belong to them, and keepalived would ignore it. */
export function closed(text: string): Closed {
  const lines: number[] = [];
  let depth = 0;
  const written = text.split('\n').map((line, index) => {
    const bare = withoutComment(line);
    const missing = depth > 0 && OUTERMOST.test(bare) ? depth : 0;
    if (missing > 0) {
      lines.push(index + 1);
      depth = 0;
    }
    for (const brace of bare.match(/[{}]/g) ?? []) depth = Math.max(0, depth + (brace === '{' ? 1 : -1));
    // On the same line, so that later lines keep their numbers.
    return `${'} '.repeat(missing)}${line}`;
  });
  if (depth === 0) return { text: written.join('\n'), lines };
  return { text: `${written.join('\n')}\n${'}\n'.repeat(depth)}`, lines: [...lines, written.length + 1] };
}

/** Without quoted words, and without what follows `#` or `!`. */
function withoutComment(line: string): string {
  return line.replaceAll(/"[^"]*"/g, '').replace(/[#!].*/, '');
}
