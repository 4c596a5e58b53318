import { describe, expect, it } from 'vitest';
import { readMarker } from '../../src/apply/script.ts';
import { parseWatchLine } from '../../src/failover/watch.ts';
import { parsePutBack } from '../../src/failover/put-back.ts';
import { Failure } from '../../src/failure.ts';
import { readInventory } from '../../src/inventory/read.ts';
import { processEnvironment } from '../../src/inventory/source.ts';
import { parseAgentStatus } from '../../src/observe/agent-status.ts';
import { parseFacts } from '../../src/observe/facts.ts';
import { parseFaults } from '../../src/observe/fault-facts.ts';
import { parseListeners } from '../../src/observe/listeners.ts';
import { hostState } from '../../src/observe/observe.ts';
import { split } from '../../src/observe/sections.ts';
import { hide } from '../../src/plan/render.ts';
import { diffLines } from '../../src/plan/text-diff.ts';
import { requiresSimultaneousUpdate } from '../../src/plan/simultaneous-update.ts';
import { parseKnownHosts } from '../../src/remote/known-hosts.ts';
import { Output } from '../../src/remote/output.ts';
import { unreachedShell } from '../../src/remote/privilege.ts';
import { redact } from '../../src/remote/redact.ts';
import { KINDS, KIND_NAMES } from '../../src/resources/kinds.ts';
import { parseTable } from '../../src/resources/ipvs-table.ts';
import { directorStatus } from '../../src/status/director.ts';
import { fold } from '../../src/text/fold.ts';
import { printable, printableJson } from '../../src/text/printable.ts';
import { readNeighbours } from '../../src/verify/neighbours.ts';
import { readCounters } from '../../src/verify/counters.ts';
import { changeOf } from '../unit/plan/plan-changes.ts';
import { NONCE } from '../support/nonce.ts';

const FACTS = ['facts', 'links', 'arp', 'listening', 'vrrp', 'engine', 'address'];
const STATUS = ['service', 'versions', 'address', 'ipvs', 'agent', 'journal'];

const changed = (text: string) => changeOf({ fields: [{ name: 'text', before: text, after: `${text}a`, text: true }] });

const inventory = (text: string): Promise<unknown> =>
  readInventory(['-'], { ...processEnvironment(), readStandardInput: async () => new TextEncoder().encode(text) });

/** Whatever reads what a host, a file or a user wrote. A new reader is a line here. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  ...Object.fromEntries(KIND_NAMES.map((kind) => [`the resource ${kind}`, (text: string) => KINDS[kind].parse(text)])),
  'a known file of many lines': (text) => KINDS.file.parse(`|${text.replaceAll('\n', '\n|')}`),
  sections: (text) => split(text, NONCE),
  facts: (text) => parseFacts(new Map(FACTS.map((name) => [name, text]))),
  listeners: (text) => parseListeners(text),
  "the agent's status": (text) => parseAgentStatus(text),
  status: (text) => directorStatus(['192.168.168.12'], hostState('dr1', new Map(STATUS.map((name) => [name, text])))),
  'the table': (text) => parseTable(text),
  'answers to ARP': (text) => readNeighbours('192.168.168.12', `${text}\nasked`),
  counters: (text) => readCounters(text),
  'a line of a watch': (text) => parseWatchLine(`now ${text}`),
  'a stamped line of a watch': (text) => parseWatchLine(`[${text}`),
  'a host before a fault': (text) => parseFaults(text),
  'what was put back': (text) => parsePutBack(text),
  'a marker': (text) => readMarker(`@lvsctl:change ${NONCE} ${text}`, NONCE),
  'an output before its shell': (text) => {
    const output = new Output(() => undefined);
    for (let at = 0; at < text.length; at += 256) output.write(Buffer.from(text.slice(at, at + 256)));
    return output.drowned;
  },
  'an output in small pieces': (text) => {
    const output = new Output(() => undefined);
    output.write(Buffer.from('\u001Elvsctl 1\u001E\n'));
    for (let at = 0; at < text.length; at += 256) output.write(Buffer.from(text.slice(at, at + 256)));
    return output.text;
  },
  'no shell': (text) => unreachedShell('dr1', 'ops', text, 1),
  'a failure': (text) => new Failure('command', text, { stderr: text }),
  redaction: (text) => redact(text, ['hunter22', '1111', 'aaaaaaab', '    x']),
  'hidden passwords': (text) => hide(text, []),
  'known hosts': (text) => parseKnownHosts(text, 'f'),
  'the addresses that are advertised': (text) => requiresSimultaneousUpdate([changed(text)]),
  // Beyond its limit a diff is no longer the longest one; up to it the square is the price.
  'a diff': (text) => diffLines(text, `${text}a`, 20),
  'text on a terminal': (text) => fold(printable(text), 4, 80),
  JSON: (text) => printableJson(text),
  'an address in an inventory': (text) => inventory(`vip: ${JSON.stringify(text)}`),
  'a name in an inventory': (text) => inventory(`directors: [{address: 10.0.0.1, name: ${JSON.stringify(text)}}]`),
  'a mail address in an inventory': (text) => inventory(`global_defs: {notification_email: ${JSON.stringify(text)}}`),
  'a raw block in an inventory': (text) => inventory(`raw: ${JSON.stringify(text)}`),
  'an inventory': (text) => inventory(text),
  'a key in an inventory': (text) => inventory(`${JSON.stringify(text)}: 1`),
  'an escape in an inventory': (text) => inventory(`proxy: "${text}`),
};

const repeat = (unit: string) => (size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

/** What makes a pattern go back over what it has read. */
const TEXTS: Readonly<Record<string, (size: number) => string>> = {
  spaces: repeat(' '),
  newlines: repeat('\n'),
  'newlines and spaces': repeat(' \n'),
  'newlines and an end': (size) => `${'\n'.repeat(size)}x`,
  colons: repeat(':'),
  digits: repeat('1'),
  'an address': repeat('1.1.1.1:80 '),
  letters: repeat('a'),
  quotes: repeat('"'),
  brackets: repeat('['),
  'an open block': repeat('virtual_ipaddress {'),
  'a password': repeat('auth_pass '),
  link: (size) => `1: ${repeat('link/ ')(size)}`,
  'interfaces of one line': (size) => `1: ${'a:'.repeat(size / 2)}`,
  'lines of an interface': repeat('1: lo inet 1.1.1.1/8 x\n'),
  answer: (size) => `answer ${repeat('02:00:')(size)}`,
  conf: repeat('conf/'),
  arrows: repeat('-> 1:1 Route 1 1 1\n'),
  'pending orders': repeat('Pending=a b\n'),
  'a unit': repeat('Names=a b c\n\n'),
  'the beginning of an announcement': repeat('\u001Elvsctl 1'),
  'the beginning of a mark': repeat('@lvsctl:section '),
  marks: repeat('@lvsctl:section a\n'),
  'lines of a file': repeat('|a\n'),
  'names of files': repeat('=644 1 /a\n@/a\n'),
  secrets: repeat('aaaaaaa'),
  'combining marks': repeat('\u0301'),
};

const SMALL = 2 * 1024;

async function millisecondsFor(read: (text: string) => unknown, text: string): Promise<number> {
  const began = performance.now();
  await read(text);
  return performance.now() - began;
}

/** Sixteen times as much takes sixteen times as long, or 256 times where it goes with the square. A busy machine gets three tries. */
async function expectProportion(read: (text: string) => unknown, make: (size: number) => string): Promise<void> {
  await read(make(64));
  for (let attempt = 1; ; attempt++) {
    const small = await millisecondsFor(read, make(SMALL));
    const large = await millisecondsFor(read, make(16 * SMALL));
    if (large < 64 * small + 200) return;
    if (attempt === 3) expect.fail(`${small.toFixed(1)} ms became ${large.toFixed(1)} ms`);
  }
}

describe('time in proportion to the text', () => {
  it.each(Object.entries(READERS))('is what it takes to read %s', { timeout: 60_000 }, async (_name, read) => {
    for (const make of Object.values(TEXTS)) await expectProportion(read, make);
  });

  it.each([
    ['of a wrong form', '- {address: x, weight: y, nonsense: 1}\n'],
    ['of one address', '- 10.0.0.3\n'],
    ['of one name', '- {address: 10.0.0.3, name: a}\n'],
    ['that are lists', '- []\n'],
  ])('is what it takes to refuse servers %s', { timeout: 60_000 }, async (_name, item) => {
    const servers = (size: number) => `vip: 10.0.0.9\ndirectors: [10.0.0.1]\nreal_servers:\n${item.repeat(size / 16)}`;
    await expectProportion(inventory, servers);
  });
});
