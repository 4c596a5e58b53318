import { saneLines } from '../text/lines.ts';
import type { Chain, Family, Rule, RuleAction, RuleTest, Table } from './ruleset.ts';

/** Parses the table `filter` in the output of iptables-save(8) or ip6tables-save(8); undefined when it has none. */
export function parseIptables(output: string, family: Family): Table | undefined {
  const chains = new Map<string, Chain & { readonly rules: Rule[] }>();
  let table = '';
  for (const line of saneLines(output)) {
    if (line.startsWith('*')) table = line.slice(1);
    if (table !== 'filter') continue;
    const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (name !== undefined)
      chains.set(name, {
        rules: [],
        base: policy === '-' ? undefined : { hook: name.toLowerCase(), policy: policy === 'DROP' ? 'drop' : 'accept' },
      });
    const [, chain = '', rest = ''] = /^-A (\S+)(.*)/.exec(line) ?? [];
    chains.get(chain)?.rules.push(ruleOf(wordsIn(rest)));
  }
  return chains.size === 0 ? undefined : { program: 'iptables', families: [family], name: 'filter', chains };
}

/** Words of a rule; iptables-save puts comments with spaces in double quotes. */
function wordsIn(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const FIELDS: ReadonlyMap<string, RuleTest['field']> = new Map(
  Object.entries<RuleTest['field']>({
    '-p': 'protocol',
    '-s': 'source',
    '-d': 'destination',
    '-i': 'device',
    '-o': 'out-device',
    '--src-range': 'source',
    '--dst-range': 'destination',
    '--dport': 'port',
    '--dports': 'port',
    '--sport': 'source-port',
    '--sports': 'source-port',
    '--state': 'state',
    '--ctstate': 'state',
    '--icmp-type': 'icmp-type',
    '--icmpv6-type': 'icmp-type',
  }),
);

/** Extensions without a condition of their own, beside those whose options are read. */
const PLAIN = new Set(['tcp', 'udp', 'sctp', 'multiport', 'state', 'conntrack', 'comment', 'icmp', 'icmp6', 'iprange']);

/** Targets after which the next rule comes. */
const GOES_ON = new Set(['LOG', 'NFLOG', 'ULOG', 'MARK', 'CONNMARK', 'AUDIT', 'TRACE', 'TCPMSS', 'SECMARK']);

function ruleOf(words: readonly string[]): Rule {
  const tests: RuleTest[] = [];
  let action: RuleAction = 'continue';
  let negated = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    if (word === '!') {
      negated = true;
      continue;
    }
    const field = FIELDS.get(word);
    if (field !== undefined) {
      const values = next.split(',').map((value) => (field === 'state' ? value.toLowerCase() : value));
      tests.push({ field, values, negated });
    } else if (word === '-j' || word === '-g') {
      action = targetOf(next, word === '-g' ? 'goto' : 'jump');
      // What follows are options of the target.
      break;
    } else if (word === '-m' ? !PLAIN.has(next) : word.startsWith('-') && word !== '--comment')
      tests.push({ field: 'unknown', values: [], negated: false });
    if (field !== undefined || word === '-m' || word === '--comment') at++;
    negated = false;
  }
  return { tests, action };
}

function targetOf(target: string, how: 'jump' | 'goto'): RuleAction {
  if (target === 'ACCEPT') return 'accept';
  if (target === 'DROP' || target === 'REJECT') return 'drop';
  if (target === 'RETURN') return 'return';
  if (GOES_ON.has(target)) return 'continue';
  return target === 'NFQUEUE' || target === 'QUEUE' || target === 'SYNPROXY' ? 'other' : { to: target, how };
}
