import type { ConfHost } from '../host.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Reporter } from '../reporter.ts';
import { quote } from '../build/values.ts';
import type { Conf } from '../model/conf.ts';

/** Blocks whose lines name an interface after `dev`. */
const ADDRESSES = new Set(['virtual_ipaddress', 'virtual_ipaddress_excluded', 'static_ipaddress']);

/** Checks the interfaces in a configuration against the host. */
export interface InterfaceJudge {
  /**
   * Whether the host lacks an interface that has to be there, of which it says so: with dynamic_interfaces none has to.
   * @param exit of a test of the file; 4 only where nothing else is wrong
   */
  readonly lacks: (word: Word, exit?: 4 | 5) => boolean;
  /** Whether no checked interface prevents keepalived from starting. */
  readonly complete: () => boolean;
}

export function interfaceJudge(top: readonly Statement[], host: ConfHost | undefined, say: Reporter): InterfaceJudge {
  const dynamic = isDynamic(top);
  let complete = true;
  return {
    lacks: (word, exit = 5) => {
      if (host === undefined || dynamic || host.hasInterface(word.text)) return false;
      complete &&= exit === 4;
      say.report({
        severity: 'warning',
        position: word.position,
        text: `there is no interface ${quote(word)} on this host: keepalived will not start`,
        hint: 'create it, or add dynamic_interfaces to global_defs',
        exit,
      });
      return true;
    },
    complete: () => complete,
  };
}

const NESTED = new Set(['vrrp_instance', 'vrrp_sync_group', 'garp_group']);

/** Interfaces that stand elsewhere than in routes and rules, whose readers ask themselves. */
export function judgeInterfaces(top: readonly Statement[], judge: InterfaceJudge): void {
  for (const { word, exit } of top
    .flatMap((one) => (NESTED.has(one.keyword.text) ? (one.block ?? []) : [one]))
    .flatMap(interfacesIn))
    judge.lacks(word, exit);
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
  const named = (words: readonly (Word | undefined)[]): readonly Named[] =>
    words.filter((word) => word !== undefined).map((word) => ({ word, exit: 5 }));
  if (ADDRESSES.has(keyword.text))
    return named(
      block.flatMap((line) => {
        const all = [line.keyword, ...line.args];
        return all.filter((_, at) => all[at - 1]?.text === 'dev');
      }),
    );
  switch (keyword.text) {
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

/** A sync daemon that follows no instance never becomes master; keepalived -t accepts such a file silently, with exit code 0. */
export function judgeSyncDaemon({ global_defs, vrrp }: Conf, blocks: readonly Statement[], say: Reporter): void {
  const followed = global_defs.lvs_sync_daemon?.vrrp_instance;
  const known = vrrp.vrrp_instance.some(({ name }) => name === followed);
  const statement = blocks
    .flatMap(({ block }) => block ?? [])
    .find(({ keyword }) => keyword.text === 'lvs_sync_daemon');
  if (followed === undefined || known || statement === undefined) return;
  say.warning(
    statement.keyword.position,
    `lvs_sync_daemon follows ${followed}, which is no vrrp_instance: it receives connections but never sends any`,
    0,
    'name an instance of this file, or none to always do both',
  );
}
