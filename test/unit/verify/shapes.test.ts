import { describe, expect, it } from 'vitest';
import { countedBetween, readCounters } from '../../../src/verify/counters.ts';
import { type Question, questionsOf, requestCount } from '../../../src/verify/question.ts';
import { readAnswers, requestScript } from '../../../src/verify/requests.ts';
import { read } from '../inventory/reading.ts';

const HOSTS = `vip: [192.168.168.12, 192.168.168.13, "fd00::12"]
directors: [{address: 192.168.168.100, addresses: "fd00::100"}, {address: 192.168.168.107, addresses: "fd00::107"}]
real_servers: [{address: 192.168.168.102, addresses: "fd00::102"}, {address: 192.168.168.103, addresses: "fd00::103"}]
client: 192.168.168.200
`;

const NAT = `networks: {outside: 192.168.168.0/24, inside: 10.0.0.0/24}
vip: 192.168.168.12
directors: [{address: 192.168.168.100, addresses: 10.0.0.100}, {address: 192.168.168.107, addresses: 10.0.0.107}]
real_servers: [10.0.0.102, 10.0.0.103]
client: 192.168.168.200
nat: {gateway: 10.0.0.1}
virtual_servers: [{lb_kind: NAT}]
`;

async function asked(text: string) {
  const { cluster, diagnostics } = await read(text);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return questionsOf(cluster);
}

const ask = (servers: string, more = '') => asked(`${HOSTS}${more}virtual_servers: [${servers}]\n`);

async function first(servers: string, more?: string): Promise<Question> {
  const [question] = (await ask(servers, more)).questions;
  if (question === undefined) throw new Error('no question');
  return question;
}

const described = ({ service, kernel, kind, endpoints }: Question): string =>
  `${service} = ${kernel}: ${kind} ${endpoints.map(({ vip, port, request }) => `${request} ${vip} ${port}`).join(', ')}`;

describe('the questions of a client', () => {
  it.each<readonly [string, string, readonly string[]]>([
    [
      'a service of both families',
      '{vip: [192.168.168.12, "fd00::12"], port: 443}',
      [
        '192.168.168.12:443 = 192.168.168.12:443: page https 192.168.168.12 443',
        '[fd00::12]:443 = [fd00::12]:443: page https fd00::12 443',
      ],
    ],
    [
      'a service over two ports as one',
      '{vip: 192.168.168.12, port: [80, 443]}',
      ['fwmark 80 = fwmark 80: page http 192.168.168.12 80, https 192.168.168.12 443'],
    ],
    [
      'datagrams',
      '{vip: "fd00::12", port: 53, protocol: UDP}',
      ['[fd00::12]:53/udp = [fd00::12]:53/udp: datagram udp fd00::12 53'],
    ],
    [
      'connections',
      '{vip: 192.168.168.12, port: 25}',
      ['192.168.168.12:25 = 192.168.168.12:25: connection tcp 192.168.168.12 25'],
    ],
  ])('ask for %s', async (_name, servers, expected) => {
    const { questions, unasked } = await ask(servers);
    expect(questions.map(described)).toEqual(expected);
    expect(unasked).toEqual([]);
  });

  it('ask for each address of a group, each a service of the kernel', async () => {
    const groups = 'virtual_server_group: {web: ["192.168.168.12 80", "192.168.168.13 81"]}\n';
    expect((await ask('{group: web}', groups)).questions.map(described)).toEqual([
      '192.168.168.12:80 (group web) = 192.168.168.12:80: page http 192.168.168.12 80',
      '192.168.168.13:81 (group web) = 192.168.168.13:81: page http 192.168.168.13 81',
    ]);
  });

  it.each([
    ['{fwmark: 3}', 'fwmark 3', 'the rules that mark its packets'],
    ['{vip: 192.168.168.12, port: 2905, protocol: SCTP}', '192.168.168.12:2905/sctp', 'it speaks SCTP'],
    ['{vip: 192.168.168.12, port: 0}', '192.168.168.12:0', 'it takes every port'],
    ['{vip: 192.168.168.12, verify: {request: none}}', '192.168.168.12:80', 'verify.request is none'],
  ])('leave out %s and say why', async (servers, service, why) => {
    const { questions, unasked } = await ask(servers);
    expect(questions).toEqual([]);
    expect(unasked).toEqual([{ service, why: expect.stringContaining(why) as string }]);
  });

  it('ask a few of very many ports', async () => {
    const ports = Array.from({ length: 40 }, (_, index) => 8000 + index).join(', ');
    const { questions, unasked } = await ask(`{vip: 192.168.168.12, port: [${ports}]}`);
    expect(questions[0]?.endpoints).toHaveLength(16);
    expect(unasked.map(({ why }) => why)).toEqual([
      '24 of its 40 addresses and ports are beyond the 16 that are asked',
    ]);
  });

  it('are fewer for each of many services', async () => {
    const many = Array.from({ length: 21 }, (_, index) => `{vip: 192.168.168.12, port: ${8000 + index}}`).join(', ');
    const { questions } = await ask(many);
    expect(questions.map(requestCount)).toEqual(questions.map(() => 8));
    expect(requestCount(await first('{vip: 192.168.168.12}'))).toBe(16);
  });

  it('do not go to real servers behind NAT that the client has no route to', async () => {
    const { questions } = await asked(NAT);
    expect(questions.map(({ direct }) => direct)).toEqual([false]);
    expect(questions.map((question) => requestScript(question).script).join()).not.toContain('10.0.0.102');
  });
});

describe('the script of a client', () => {
  it('asks each port of a service in turn, and for the path and host of the health check', async () => {
    const { script } = requestScript(
      await first('{vip: "fd00::12", port: [80, 443], http_get: {url: {path: /up}, virtualhost: a.example}}'),
    );
    expect(script).toContain(`
  case $((asked / 2 % 2)) in
  0) ask v.0 -H 'Host: a.example' 'http://[fd00::12]:80/up' ;;
  1) ask v.1 --connect-to '::[fd00::12]:443' https://a.example:443/up ;;
  esac
`);
    expect(script).toContain(`
ask 1.0 -H 'Host: a.example' 'http://[fd00::103]:80/up' &
ask 1.1 --connect-to '::[fd00::103]:443' https://a.example:443/up &
wait
`);
  });

  it('asks real servers of IPv6 for the page of the virtual address', async () => {
    expect(requestScript(await first('{vip: "fd00::12"}')).script).toContain(
      "ask 0.0 -H 'Host: [fd00::12]' 'http://[fd00::102]:80/' &",
    );
  });

  it('connects in parallel', async () => {
    const { script } = requestScript(await first('{vip: 192.168.168.12, port: 25, pool: [rs1]}'));
    expect(script).toBe(`command -v curl >/dev/null || { echo 'curl not found' >&2; exit 127; }
connect() {
  made=$(curl -q -s -g --noproxy '*' --max-time 3 -o /dev/null -w '%{num_connects}' "$2")
  echo "$1 $? $made"
}
early() {
  read -r now rest </proc/uptime
  [ "\${now%.*}" -lt $end ]
}
connect 0.0 http://192.168.168.102:25/ &
wait
read -r now rest </proc/uptime
end=$((\${now%.*} + 60))
${Array.from({ length: 4 }, () => `early || exit 0\n${'connect v.0 http://192.168.168.12:25/ &\n'.repeat(4)}wait`).join('\n')}`);
  });

  it('sends datagrams from ports of their own', async () => {
    const { script } = requestScript(await first('{vip: "fd00::12", port: 53, protocol: UDP, pool: [rs1]}'));
    expect(script).toBe(`if command -v bash >/dev/null; then
  send() { bash -c 'echo >"/dev/udp/$0/$1"' "$2" "$3" 2>/dev/null; echo "$1 $? 1"; }
elif command -v curl >/dev/null; then
  send() { curl -q -s -g --max-time 1 -o /dev/null "$4" & echo "$1 0 1"; }
else
  echo 'neither bash nor curl found' >&2
  exit 127
fi
${Array.from({ length: 16 }, () => "send v.0 fd00::12 53 'tftp://[fd00::12]:53/lvsctl'").join('\n')}
wait`);
  });
});

describe('the answers', () => {
  const page = (place: string, letter: string, status = 200) => `${place} 0 ${status} ${letter.repeat(64)}\n`;

  it('of two ports are identified by the pages of each', async () => {
    const question = await first('{vip: 192.168.168.12, port: [80, 443]}');
    const direct = page('0.0', 'a') + page('1.0', 'b') + page('0.1', 'b') + page('1.1', 'a');
    const output = direct + page('v.0', 'a') + page('v.1', 'a') + page('v.1', 'c') + page('v.1', 'a', 503);
    expect(readAnswers(question, output)).toMatchObject({
      sequence: ['rs1', 'rs2', '?', undefined],
      errors: ['port 443: HTTP 503'],
      silent: [],
    });
  });

  it('are connections, whatever the server says to them', async () => {
    const question = await first('{vip: 192.168.168.12, port: 25}');
    expect(readAnswers(question, '0.0 7 0\n1.0 28 1\nv.0 1 1\nv.0 28 1\nv.0 52 1\nv.0 28 0\nv.0 7 0\n')).toMatchObject({
      kind: 'connection',
      sequence: ['?', '?', '?', undefined, undefined],
      errors: ['no connection within 3 s', 'connection refused or no route'],
      silent: [{ name: 'rs1', error: 'connection refused or no route' }],
    });
  });

  it('are datagrams that were sent', async () => {
    const question = await first('{vip: 192.168.168.12, port: 53, protocol: UDP}');
    expect(readAnswers(question, 'v.0 0 1\nv.0 1 1\n')).toMatchObject({
      kind: 'datagram',
      sequence: ['?', undefined],
      errors: ['the client cannot send to it'],
      silent: [],
    });
  });
});

describe('the directors count', () => {
  const TABLE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.168.168.12:25                   3       48        0     2880        0
  -> 192.168.168.102:25                  3       24        0     1440        0
UDP  [fd00::12]:53                      16       16        0     2880        0
  -> [fd00::102]:53                      9       24        0     1440        0
  -> [fd00::103]:53                      7       24        0     1440        0
FWM  80                                 16       16        0     2880        0
  -> 192.168.168.102:0                  10       24        0     1440        0
  -> 192.168.168.103:0                   6       24        0     1440        0
FWM  81 IPv6                            16       16        0     2880        0
  -> [fd00::102]:0                       4       24        0     1440        0
  -> [fd00::103]:0                      12       24        0     1440        0
`;
  const six = (host: string) => `fd00:0000:0000:0000:0000:0000:0000:${host}`;
  const entries = [
    'TCP C0A8A8C8 A001 C0A8A80C 0050 C0A8A866 0050 FIN_WAIT 118',
    'TCP C0A8A8C8 A001 C0A8A80C 01BB C0A8A867 01BB FIN_WAIT 118',
    'TCP C0A8A8C8 A002 C0A8A80C 01BB C0A8A867 01BB FIN_WAIT 118',
    'TCP C0A8A8C8 0000 00000050 0000 C0A8A867 0000 NONE 50',
    `UDP ${six('0200')} A001 ${six('0012')} 0035 ${six('0103')} 0035 UDP 300`,
  ].join('\n');

  it.each<readonly [string, string, string, readonly [number, number]]>([
    ['connections', '{vip: 192.168.168.12, port: 25}', TABLE, [3, 0]],
    ['datagrams over IPv6', '{vip: "fd00::12", port: 53, protocol: UDP}', TABLE, [9, 7]],
    ['what has a mark', '{vip: 192.168.168.12, port: [80, 443]}', TABLE, [10, 6]],
    ['what has a mark over IPv6', '{vip: "fd00::12", port: [81, 443]}', TABLE, [4, 12]],
    ['what has a mark, one by one', '{vip: 192.168.168.12, port: [80, 443]}', entries, [1, 2]],
    ['datagrams over IPv6, one by one', '{vip: "fd00::12", port: 53, protocol: UDP}', entries, [0, 1]],
  ])('%s', async (_name, servers, output, [rs1, rs2]) => {
    const counted = countedBetween(await first(servers), [new Map()], [readCounters(output)]);
    expect(counted).toEqual(
      new Map([
        ['rs1', rs1],
        ['rs2', rs2],
      ]),
    );
  });

  it('what the sorry server takes', async () => {
    const question = await first('{vip: 192.168.168.12, sorry_server: 192.168.168.110 80}');
    const table = `TCP  192.168.168.12:80 16 0 0 0 0\n  -> 192.168.168.110:80 16 0 0 0 0\n`;
    expect(countedBetween(question, [], [readCounters(table)]).get('sorry server')).toBe(16);
  });
});
