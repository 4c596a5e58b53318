import { expect, it } from 'vitest';
import { formatAddress } from '../../../../src/keepalived/text/address.ts';
import { encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { talkTools } from '../../../../src/agent/shell/check/talk-tools.ts';
import type { SysArg } from '../../../../src/agent/shell/sys/sys.ts';
import { type Resolved, resolveName } from '../../../../src/agent/shell/script/resolve-name.ts';
import { fakeLoop } from '../shell-check/fake-loop.ts';
import { fakeSys } from '../shell-check/fake-sys.ts';

/** The answers of a name server: an address, none, an error, or no answer at all. */
type Zone = Readonly<Record<string, readonly number[] | 'NXDOMAIN' | 'SERVFAIL'>>;

const FILES: Readonly<Record<string, string>> = {
  '/etc/hosts': '127.0.0.1 localhost\n192.0.2.5 relay\n',
  '/etc/resolv.conf': 'search example.org\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n',
};

/** A host with these files and name servers that serve zones and record queries in `asked`. */
function network(zones: Readonly<Record<string, Zone>>): {
  readonly tools: Parameters<typeof resolveName>[0];
  readonly loop: ReturnType<typeof fakeLoop>;
  readonly asked: string[];
} {
  const loop = fakeLoop();
  const asked: string[] = [];
  const open: { path: string; read: boolean }[] = [];
  let server = '';
  let answer: Uint8Array | undefined;
  const text = (bytes: SysArg): string => String.fromCharCode(...(bytes as Uint8Array)).replace(/\0.*/s, '');
  const { sys } = fakeSys({
    openat: (_folder, path) => open.push({ path: text(path ?? 0), read: false }) + 99,
    read: (fd, buffer) => {
      const file = open[Number(fd) - 100];
      if (file === undefined || file.read) return 0;
      file.read = true;
      const bytes = encodeUtf8(FILES[file.path] ?? '');
      (buffer as Uint8Array).set(bytes);
      return bytes.length;
    },
    close: 0,
    socket: 5,
    connect: (_fd, address) => {
      // struct sockaddr_in
      server = formatAddress((address as Uint8Array).subarray(4, 8));
      return 0;
    },
    sendto: (_fd, bytes) => {
      const query = bytes as Uint8Array;
      const { name, type } = questionOf(query);
      asked.push(`${server} ${name} ${type}`);
      const zone = zones[server];
      answer = zone === undefined ? undefined : answerTo(query, type, zone[name]);
      return query.length;
    },
    recvfrom: (_fd, buffer) => {
      if (answer === undefined) return -11;
      (buffer as Uint8Array).set(answer);
      return answer.length;
    },
  });
  return { tools: { ...talkTools(sys, loop), random: () => 0x1234 }, loop, asked };
}

function questionOf(query: Uint8Array): { readonly name: string; readonly type: 'A' | 'AAAA' } {
  const labels: string[] = [];
  let offset = 12;
  for (let length = query[offset] ?? 0; length > 0; length = query[offset] ?? 0) {
    labels.push(String.fromCharCode(...query.subarray(offset + 1, offset + 1 + length)));
    offset += 1 + length;
  }
  return { name: labels.join('.'), type: query[offset + 2] === 1 ? 'A' : 'AAAA' };
}

function answerTo(query: Uint8Array, type: 'A' | 'AAAA', answer: Zone[string] | undefined): Uint8Array {
  const header = [...query.subarray(0, 2), 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];
  const question = [...query.subarray(12)];
  if (answer === 'SERVFAIL') header[3] = 0x82;
  else if (answer === 'NXDOMAIN' || answer === undefined) header[3] = 0x83;
  else if (answer.length === (type === 'A' ? 4 : 16)) {
    header[7] = 1;
    const record = [0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, answer.length, ...answer];
    return Uint8Array.from([...header, ...question, ...record]);
  }
  return Uint8Array.from([...header, ...question]);
}

/** Runs the loop until there is a result, advancing the clock while no socket is ready. */
function resolve(
  name: string,
  zones: Readonly<Record<string, Zone>>,
): { readonly resolved: Resolved; readonly asked: readonly string[] } {
  const { tools, loop, asked } = network(zones);
  const answers: Resolved[] = [];
  resolveName(tools, name, (answer) => answers.push(answer));
  expect(answers).toEqual([]);
  for (let turn = 0; turn < 100 && answers.length === 0; turn += 1) {
    const before = loop.waiting();
    if (before.includes('5 writable')) loop.ready(5, 'writable');
    else if (before.includes('5 readable')) {
      loop.ready(5, 'readable');
      if (loop.waiting().join() === before.join()) loop.pass(2000);
    } else loop.pass(1);
  }
  expect(answers).toHaveLength(1);
  return { resolved: answers[0] ?? { reason: 'none' }, asked };
}

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:DB8::7', '2001:db8::7'],
  ['localhost', '127.0.0.1'],
  ['Relay', '192.0.2.5'],
])('resolves %s without a query', (name, address) => {
  expect(resolve(name, {})).toEqual({ resolved: { address }, asked: [] });
});

it('tries search domains first for a name without dots', () => {
  const zones = { '192.0.2.53': { 'mail.example.org': [192, 0, 2, 25] } };
  expect(resolve('mail', zones)).toEqual({
    resolved: { address: '192.0.2.25' },
    asked: ['192.0.2.53 mail.example.org A'],
  });
});

it('falls back to AAAA', () => {
  const v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
  expect(resolve('mail.example.net', { '192.0.2.53': { 'mail.example.net': v6 } })).toEqual({
    resolved: { address: '2001:db8::9' },
    asked: ['192.0.2.53 mail.example.net A', '192.0.2.53 mail.example.net AAAA'],
  });
});

it('queries the second server if the first fails', () => {
  const second = { 'mail.example.net': [192, 0, 2, 26] };
  const asked = ['192.0.2.53 mail.example.net A', '192.0.2.54 mail.example.net A'];
  expect(resolve('mail.example.net', { '192.0.2.54': second })).toEqual({ resolved: { address: '192.0.2.26' }, asked });
  const first = { 'mail.example.net': 'SERVFAIL' } as const;
  expect(resolve('mail.example.net', { '192.0.2.53': first, '192.0.2.54': second })).toEqual({
    resolved: { address: '192.0.2.26' },
    asked,
  });
});

it('distinguishes unknown names from unresponsive servers', () => {
  expect(resolve('mail.example.net', { '192.0.2.53': {} }).resolved).toEqual({
    reason: 'mail.example.net has no address',
  });
  expect(resolve('mail.example.net', {}).resolved).toEqual({
    reason: 'name server 192.0.2.54 failed to resolve mail.example.net: no answer within 2 s',
  });
});
