import type { Chain, Family, Rule, RuleAction, RuleTest, Table } from './ruleset.ts';

/** Parses what `nft -j list ruleset` prints (libnftables-json(5)); no tables when it cannot be read. */
export function parseNft(output: string): readonly Table[] {
  const tables = new Map<string, { families: readonly Family[]; chains: Map<string, Chain & { rules: Rule[] }> }>();
  for (const one of listIn(output)) {
    const { table, chain, rule } = fields(one);
    if (table !== undefined) {
      const { family, name } = fields(table);
      const families = FAMILIES.get(String(family));
      if (families !== undefined) tables.set(`${String(family)} ${String(name)}`, { families, chains: new Map() });
    }
    if (chain !== undefined) {
      const { family, table: of, name, type, hook, policy } = fields(chain);
      const filters = type === 'filter' && typeof hook === 'string';
      tables.get(`${String(family)} ${String(of)}`)?.chains.set(String(name), {
        rules: [],
        base: filters ? { hook, policy: policy === 'drop' ? 'drop' : 'accept' } : undefined,
      });
    }
    if (rule !== undefined) {
      const { family, table: of, chain: into, expr } = fields(rule);
      const rules = tables.get(`${String(family)} ${String(of)}`)?.chains.get(String(into))?.rules;
      rules?.push(...rulesOf(Array.isArray(expr) ? expr : []));
    }
  }
  return [...tables].map(([name, { families, chains }]) => ({ program: 'nft', families, name, chains }));
}

const FAMILIES: ReadonlyMap<string, readonly Family[]> = new Map(
  Object.entries<readonly Family[]>({
    ip: ['ipv4'],
    ip6: ['ipv6'],
    inet: ['ipv4', 'ipv6'],
  }),
);

function listIn(output: string): readonly unknown[] {
  try {
    const { nftables } = fields(JSON.parse(output));
    return Array.isArray(nftables) ? nftables : [];
  } catch {
    return [];
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** Statements that neither decide nor compare. */
const GOES_ON = new Set(['counter', 'log', 'mangle', 'ct helper', 'set', 'map', 'dup', 'meter', 'quota']);

/** One rule, or one for each element of a verdict map. */
function rulesOf(expressions: readonly unknown[]): readonly Rule[] {
  const tests: RuleTest[] = [];
  const rules: Rule[] = [];
  let extended = false;
  for (const expression of expressions) {
    const [kind = '', value] = Object.entries(fields(expression))[0] ?? [];
    const action = actionOf(kind, value);
    if (action === 'untrack') {
      rules.push({ tests: [...tests], action });
      continue;
    }
    if (action !== undefined) return [...rules, { tests, action }];
    if (kind === 'match') {
      const { op, left, right } = fields(value);
      tests.push(...testsOf(left, right, op === '!='));
      if (op !== '==' && op !== 'in' && op !== '!=') tests.push(UNKNOWN);
    } else if (kind === 'vmap') {
      const { key, data } = fields(value);
      const pairs = fields(data)['set'];
      for (const pair of Array.isArray(pairs) ? pairs : [[undefined, undefined]]) {
        const [element, verdict] = Array.isArray(pair) ? pair : [];
        const [name = '', to] = Object.entries(fields(verdict))[0] ?? [];
        rules.push({ tests: [...tests, ...testsOf(key, element, false)], action: actionOf(name, to) ?? 'other' });
      }
    } else if (!GOES_ON.has(kind)) {
      // A target of iptables, which nft does not print, may decide.
      extended ||= kind === 'xt';
      tests.push(UNKNOWN);
    }
  }
  return extended ? [...rules, { tests, action: 'other' }] : rules;
}

function actionOf(kind: string, value: unknown): RuleAction | undefined {
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return kind;
    case 'notrack':
      return 'untrack';
    case 'reject':
      return 'drop';
    case 'queue':
    case 'synproxy':
    case 'tproxy':
    case 'fwd':
      return 'other';
    case 'jump':
    case 'goto':
      return { to: String(fields(value)['target']), how: kind };
    default:
      return undefined;
  }
}

const UNKNOWN: RuleTest = { field: 'unknown', values: [], negated: false };

/** Conditions of a comparison; a header of a protocol implies the protocol. */
function testsOf(left: unknown, right: unknown, negated: boolean): readonly RuleTest[] {
  const values = valuesOf(right);
  const [field, implied] = fieldOf(left);
  return [...implied, field === undefined || values === undefined ? UNKNOWN : { field, values, negated }];
}

type Named = readonly [RuleTest['field'] | undefined, readonly RuleTest[]];

function fieldOf(left: unknown): Named {
  const { meta, ct, payload } = fields(left);
  if (meta !== undefined) return [META.get(String(fields(meta)['key'])), []];
  if (ct !== undefined) return [CT.get(String(fields(ct)['key'])), []];
  const { protocol, field } = fields(payload);
  return HEADERS.get(`${String(protocol)} ${String(field)}`) ?? [undefined, []];
}

const CT: ReadonlyMap<string, RuleTest['field']> = new Map(
  Object.entries<RuleTest['field']>({ state: 'state', status: 'status' }),
);

const META: ReadonlyMap<string, RuleTest['field']> = new Map(
  Object.entries<RuleTest['field']>({
    nfproto: 'family',
    l4proto: 'protocol',
    iifname: 'device',
    iif: 'device',
    oifname: 'out-device',
    oif: 'out-device',
  }),
);

const only = (field: RuleTest['field'], value: string): RuleTest => ({ field, values: [value], negated: false });

const HEADERS: ReadonlyMap<string, Named> = new Map(
  Object.entries<Named>({
    'ip protocol': ['protocol', [only('family', 'ipv4')]],
    'ip saddr': ['source', [only('family', 'ipv4')]],
    'ip daddr': ['destination', [only('family', 'ipv4')]],
    'ip6 nexthdr': ['protocol', [only('family', 'ipv6')]],
    'ip6 saddr': ['source', [only('family', 'ipv6')]],
    'ip6 daddr': ['destination', [only('family', 'ipv6')]],
    'icmp type': ['icmp-type', [only('protocol', 'icmp')]],
    'icmpv6 type': ['icmp-type', [only('protocol', 'icmpv6')]],
    'th dport': ['port', []],
    'th sport': ['source-port', []],
    ...Object.fromEntries(
      ['tcp', 'udp', 'sctp', 'udplite', 'dccp'].flatMap((name): readonly (readonly [string, Named])[] => [
        [`${name} dport`, ['port', [only('protocol', name)]]],
        [`${name} sport`, ['source-port', [only('protocol', name)]]],
      ]),
    ),
  }),
);

/** Undefined for named sets and what else cannot be listed. */
function valuesOf(right: unknown): readonly string[] | undefined {
  if (typeof right === 'number') return [String(right)];
  if (typeof right === 'string') return right.startsWith('@') ? undefined : [right];
  const { set, range, prefix } = fields(right);
  if (prefix !== undefined) return [`${String(fields(prefix)['addr'])}/${String(fields(prefix)['len'])}`];
  if (Array.isArray(range)) return [range.map(String).join('-')];
  const list = Array.isArray(right) ? right : set;
  if (!Array.isArray(list)) return typeof list === 'string' ? [list] : undefined;
  const all = list.map(valuesOf);
  return all.some((one) => one === undefined) ? undefined : all.flatMap((one) => one ?? []);
}
