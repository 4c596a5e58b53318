import type { DefaultRoute, Routing } from '../forwarding/view.ts';
import { type Command, sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';

/** One process for each family. Tables of policy routing are listed as well. */
export function routingProbe(families: readonly DefaultRoute['family'][]): Command {
  return sh`for family in ${families.map((family) => NUMBERS[family])}; do
echo "family $family"
printf 'route show default table all\\nrule show\\n' | ip "-$family" -o -force -batch - 2>/dev/null
done`;
}

const NUMBERS = { ipv4: '4', ipv6: '6' } as const satisfies Record<DefaultRoute['family'], string>;

/** Parses the output of the probe; ignores other lines. */
export function parseRouting(output: string | undefined): Routing | undefined {
  if (output === undefined || output.trim() === '') return undefined;
  let family: DefaultRoute['family'] = 'ipv4';
  const defaults: DefaultRoute[] = [];
  const rules: string[] = [];
  for (const line of saneLines(output)) {
    const words = wordsOf(line);
    if (words[0] === 'family') family = words[1] === '6' ? 'ipv6' : 'ipv4';
    else if (words[0] === 'default') defaults.push(defaultRoute(family, words));
    else if (/^\d+:$/.test(words[0] ?? '')) rules.push(ruleOf(words.slice(1)));
  }
  return { defaults, rules };
}

const PROTOCOL_NUMBERS: ReadonlyMap<string, string> = new Map([
  ['tcp', '6'],
  ['udp', '17'],
  ['sctp', '132'],
]);

/** With numbers of protocols: without /etc/protocols, ip(8) prints `ipproto-6`. */
function ruleOf(words: readonly string[]): string {
  return words.map((word) => PROTOCOL_NUMBERS.get(word) ?? word.replace(/^ipproto-/, '')).join(' ');
}

/** `default via 10.0.0.1 dev eth1 table 7168 metric 100`; a route of several hops has the first one's. */
function defaultRoute(family: DefaultRoute['family'], words: readonly string[]): DefaultRoute {
  const after = (name: string): string | undefined => {
    const at = words.indexOf(name);
    return at === -1 ? undefined : words[at + 1];
  };
  const metric = Number(after('metric') ?? 0);
  return { family, table: after('table') ?? 'main', metric, via: after('via'), device: after('dev') };
}
