import type { ConfHost } from '../host.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Reporter } from '../reporter.ts';
import { quote } from './values.ts';

/** Words behind which a line of a block names an interface. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  virtual_ipaddress: ['dev'],
  virtual_ipaddress_excluded: ['dev'],
  static_ipaddress: ['dev'],
  virtual_routes: ['dev', 'oif'],
  static_routes: ['dev', 'oif'],
  virtual_rules: ['dev', 'iif', 'oif'],
  static_rules: ['dev', 'iif', 'oif'],
};

/** Interfaces that a configuration names and the host does not have. @returns whether it has all */
export function judgeInterfaces(top: readonly Statement[], host: ConfHost | undefined, say: Reporter): boolean {
  if (host === undefined || isDynamic(top)) return true;
  let complete = true;
  for (const { word, exit } of top.flatMap(interfacesIn)) {
    if (host.hasInterface(word.text)) continue;
    complete &&= exit === 4;
    say.report({
      severity: 'warning',
      position: word.position,
      text: `there is no interface ${quote(word)} on this host: keepalived does not start with such a file`,
      hint: 'create it, or write dynamic_interfaces in global_defs',
      exit,
    });
  }
  return complete;
}

function isDynamic(top: readonly Statement[]): boolean {
  return top.some(
    ({ keyword, block }) =>
      keyword.text === 'global_defs' && block?.some((inside) => inside.keyword.text === 'dynamic_interfaces') === true,
  );
}

interface Named {
  readonly word: Word;
  /** Of a test of the file; 4 only where nothing else is wrong. */
  readonly exit: 4 | 5;
}

function interfacesIn({ keyword, args, block = [] }: Statement): readonly Named[] {
  const inside = (): readonly Named[] => block.flatMap(interfacesIn);
  const named = (words: readonly (Word | undefined)[]): readonly Named[] =>
    words.filter((word) => word !== undefined).map((word) => ({ word, exit: 5 }));
  const words = Object.hasOwn(BEHIND, keyword.text) ? (BEHIND[keyword.text] ?? []) : undefined;
  if (words !== undefined)
    return named(
      block.flatMap((line) => {
        const all = [line.keyword, ...line.args];
        return all.filter((_, at) => words.includes(all[at - 1]?.text ?? ''));
      }),
    );
  switch (keyword.text) {
    case 'vrrp_instance':
    case 'vrrp_sync_group':
    case 'garp_group':
      return inside();
    case 'interface':
      return named(args.slice(0, 1));
    case 'interfaces':
      return named(block.flatMap((line) => [line.keyword, ...line.args]));
    case 'track_interface':
      return named(block.map((line) => line.keyword));
    case 'linkbeat_interfaces':
      return block.map((line) => ({ word: line.keyword, exit: 4 }));
    default:
      return [];
  }
}
