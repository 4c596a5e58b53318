import type { Directive } from '../keepalived/write.ts';
import { hostList } from '../text/host-list.ts';
import type { ConfChange } from './conf-changes.ts';

/** A change of a keepalived.conf in words. */
export interface ConfLine {
  readonly action: ConfChange['action'];
  readonly text: string;
}

/** The most lines of a summary; the diff below it has all. */
const MOST = 12;

/**
 * What a new keepalived.conf means for the cluster, equal changes of several real servers once.
 * @param names of hosts, by the addresses of their real servers
 */
export function confSummary(changes: readonly ConfChange[], names: ReadonlyMap<string, string>): readonly ConfLine[] {
  const groups = new Map<string, { readonly line: Phrase; readonly servers: string[] }>();
  for (const change of changes) {
    const line = phraseOf(change, names);
    const key = JSON.stringify([change.action, line.before, line.after]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { line, servers: [...line.servers] });
    else group.servers.push(...line.servers);
  }
  const all = [...groups.values()].map(({ line, servers }): ConfLine => {
    const who = servers.length === 0 ? '' : `real server${servers.length === 1 ? '' : 's'} ${hostList(servers)} `;
    return { action: line.action, text: `${line.before}${who}${line.after}` };
  });
  const left = all.length - MOST;
  return left <= 1 ? all : [...all.slice(0, MOST), { action: 'update', text: `and ${left} changes more` }];
}

interface Phrase {
  readonly action: ConfChange['action'];
  readonly before: string;
  readonly servers: readonly string[];
  readonly after: string;
}

function phraseOf(change: ConfChange, names: ReadonlyMap<string, string>): Phrase {
  const { action, around, keyword } = change;
  const phrase = (before: string, after: string, servers: readonly string[] = []): Phrase => ({
    action,
    before,
    servers,
    after,
  });
  const [statement] = action === 'remove' ? change.before : change.after;
  const did = action === 'create' ? 'added' : 'removed';
  const server = around.find((block) => block.keyword === 'real_server');
  const service = around.find((block) => block.keyword === 'virtual_server');
  const instance = around.find((block) => block.keyword === 'vrrp_instance');
  if (statement?.block !== undefined && action !== 'update') {
    if (keyword === 'real_server' && service !== undefined) {
      const weight = valueOf(statement, 'weight');
      const with_ = action === 'create' && weight !== undefined ? `, weight ${weight}` : '';
      const to = action === 'create' ? 'to' : 'from';
      return phrase('', `${did} ${to} ${endpointOf(service)}${with_}`, [nameOf(statement, names)]);
    }
    if (keyword === 'virtual_server') {
      const count = statement.block.filter((one) => one.keyword === 'real_server').length;
      return phrase(
        '',
        `virtual server ${endpointOf(statement)} ${did}, with ${count} real server${count === 1 ? '' : 's'}`,
      );
    }
  }
  if (around.at(-1)?.keyword === 'virtual_ipaddress' && instance !== undefined && action !== 'update') {
    const to = action === 'create' ? 'to' : 'from';
    return phrase('', `VIP ${keyword.split('/', 1)[0] ?? ''} ${did} ${to} ${instance.words[0] ?? ''}`);
  }
  const value = `${inside(around)}${keyword} ${valuesOf(change)}`;
  if (server !== undefined && service !== undefined)
    return phrase('', `of ${endpointOf(service)}: ${value}`, [nameOf(server, names)]);
  const place = service === undefined ? instance?.words[0] : endpointOf(service);
  return phrase('', place === undefined ? value : `${place}: ${value}`);
}

const SUBJECTS: ReadonlySet<string> = new Set(['virtual_server', 'real_server', 'vrrp_instance']);

/** Blocks that the phrase does not name otherwise. */
function inside(around: readonly Directive[]): string {
  return around
    .filter(({ keyword }) => !SUBJECTS.has(keyword))
    .map(({ keyword, words }) => `${[keyword, ...words].join(' ')} `)
    .join('');
}

function valuesOf({ action, before, after }: ConfChange): string {
  const text = (statements: readonly Directive[]) => statements.map(({ words }) => words.join(' ')).join(', ');
  if (action === 'create') return `${text(after)} added`.trimStart();
  if (action === 'remove') return `${text(before)} removed`.trimStart();
  const [from, to] = [text(before), text(after)];
  return from === to ? 'changes' : `${from} → ${to}`;
}

function valueOf({ block = [] }: Directive, keyword: string): string | undefined {
  return block.find((one) => one.keyword === keyword)?.words[0];
}

/** `192.168.168.12:80`, `[fd00::12]:80`, `fwmark 3`, `group web` */
function endpointOf({ words: [first = '', second = ''] }: Directive): string {
  if (first === 'fwmark' || first === 'group') return `${first} ${second}`;
  const address = first.includes(':') ? `[${first}]` : first;
  return second === '' ? address : `${address}:${second}`;
}

function nameOf(server: Directive, names: ReadonlyMap<string, string>): string {
  return names.get(server.words[0] ?? '') ?? endpointOf(server);
}
