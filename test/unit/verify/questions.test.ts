import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VirtualServer } from '../../../src/inventory/cluster.ts';
import { neighbourScript, readNeighbours } from '../../../src/verify/neighbours.ts';
import { type Question, questionsOf, requestCount } from '../../../src/verify/question.ts';
import { readAnswers, requestScript } from '../../../src/verify/requests.ts';
import { askFromClient } from '../../../src/verify/ask.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedCluster } from '../../support/recorded.ts';
import { clusterWith } from './evidence.ts';

let question: Question;
beforeAll(async () => {
  question = await only({});
});

async function only(given: Partial<VirtualServer>, weights?: readonly [number, number]): Promise<Question> {
  const [first] = questionsOf(await clusterWith(given, weights)).questions;
  if (first === undefined) throw new Error('no question');
  return first;
}

describe('the requests of verify', () => {
  it('are encrypted where the service speaks HTTPS', async () => {
    const { script } = requestScript(await only({ verify: { ...question.server.verify, request: 'https' } }));
    expect(script).toContain('ask v.0 https://192.168.168.12:80/');
  });

  it('are enough to see every weight, and never too many', async () => {
    expect(requestCount(question)).toBe(16);
    expect(requestCount(await only({ lb_algo: 'wrr' }, [3, 1]))).toBe(32);
    expect(requestCount(await only({ lb_algo: 'wrr' }, [65_535, 1]))).toBe(400);
    expect(requestCount(await only({ lb_algo: 'rr' }, [0, 0]))).toBe(16);
  });
});

describe('the answers to them', () => {
  const hash = (page: string) => createHash('sha256').update(page).digest('hex');
  const line = (member: number | 'v', page: string, status = 200, exit = 0) =>
    `${member}.0 ${exit} ${String(status).padStart(3, '0')} ${hash(page)}\n`;
  const direct = line(0, 'page of rs1') + line(1, 'page of rs2');
  const read = (output: string, given: Partial<VirtualServer> = {}) =>
    readAnswers({ ...question, server: { ...question.server, ...given } }, output);

  it('are identified by the pages of the real servers', () => {
    const output = direct + (line('v', 'page of rs2') + line('v', 'page of rs1')).repeat(8);
    expect(read(output)).toEqual({
      service: '192.168.168.12:80',
      server: '192.168.168.12:80',
      kernel: '192.168.168.12:80',
      kind: 'page',
      sequence: Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? 'rs2' : 'rs1')),
      errors: [],
      silent: [],
      counted: undefined,
    });
  });

  it('are known by what is read of a page that is longer', () => {
    expect(read(line(0, 'a', 200, 23) + line(1, 'b', 200, 23) + line('v', 'a', 200, 23)).sequence).toEqual(['rs1']);
  });

  it('that fail say why, each reason once', () => {
    const output = direct + line('v', '', 0, 28).repeat(7) + line('v', 'page of rs1') + line('v', '', 0, 7);
    expect(read(output).sequence.filter((from) => from !== undefined)).toEqual(['rs1']);
    expect(read(output).errors).toEqual(['no complete answer within 5 s', 'connection refused or no route']);
    expect(read(direct + line('v', '', 0, 94)).errors).toEqual(['curl exit code 94']);
  });

  it('that are identical are marked', () => {
    expect(read(line(0, 'same') + line(1, 'same') + line('v', 'same')).sequence).toEqual(['?']);
    expect(read(direct + line('v', 'third')).sequence).toEqual(['?']);
  });

  it('name the real servers that do not answer when they are asked directly', () => {
    const output = line(0, '', 0, 7) + line(1, 'b') + line('v', 'b');
    expect(read(output)).toMatchObject({
      sequence: ['rs2'],
      errors: [],
      silent: [{ name: 'rs1', error: 'connection refused or no route' }],
    });
    expect(read(line(0, 'a')).silent).toEqual([{ name: 'rs2', error: 'not asked' }]);
  });

  it.each([403, 404, 500, 503])('are none with HTTP %i', (status) => {
    expect(read(line(0, 'x') + line(1, 'x', status) + line('v', 'x', status))).toMatchObject({
      sequence: [undefined],
      errors: [`HTTP ${status}`],
      silent: [{ name: 'rs2', error: `HTTP ${status}` }],
    });
  });

  it('have the statuses that the inventory accepts', () => {
    const verify = { ...question.server.verify, status_code: [{ min: 401, max: 403 }] };
    expect(read(line(0, 'a', 403) + line(1, 'b', 200) + line('v', 'a', 403), { verify })).toMatchObject({
      sequence: ['rs1'],
      silent: [{ name: 'rs2', error: 'HTTP 200' }],
    });
  });

  it('with another status are other pages', () => {
    expect(read(line(0, 'x', 200) + line(1, 'x', 301) + line('v', 'x', 301)).sequence).toEqual(['rs2']);
  });

  it('are read from whole lines only', () => {
    const torn = fc.constantFrom(
      'v.0 0 200 ',
      line('v', 'page of rs1'),
      'v.0 0 ',
      hash(''),
      'x',
      '',
      '\n',
      '0.0 0 200 ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(torn, fc.string())), (parts) => {
        const whole = parts
          .join('')
          .split('\n')
          .filter((text) => /^v\.\d{1,2} \d{1,3} \d{3} [0-9a-f]{64}$/.test(text));
        expect(read(parts.join('')).sequence).toHaveLength(whole.length);
      }),
    );
  });
});

describe('the question who answers for an address', () => {
  it('is asked by broadcast on the way to the address', () => {
    expect(neighbourScript('192.168.168.12').script)
      .toBe(`route=$(ip -o route get 192.168.168.12) || { echo 'why no route to it'; exit 0; }
case $route in local*) echo 'why the client has the address itself'; exit 0;; *' via '*) echo 'why the client reaches it through a router'; exit 0;; esac
device=\${route#* dev }; device=\${device%% *}
command -v arping >/dev/null || { echo 'why arping is not installed on the client'; exit 0; }
arping -b -c 2 -w 2 -I "$device" 192.168.168.12 2>/dev/null | while read -r line; do echo "answer $line"; done
echo asked`);
  });

  it('is answered with every MAC address, each once, in lower case', () => {
    const output = `answer ARPING 192.168.168.12 from 192.168.168.200 eth0
answer Unicast reply from 192.168.168.12 [02:00:C0:A8:A8:64]  1.009ms
answer Unicast reply from 192.168.168.12 [02:00:C0:A8:A8:66]  1.109ms
answer Unicast reply from 192.168.168.12 [02:00:C0:A8:A8:64]  0.809ms
answer Sent 2 probes (2 broadcast(s))
answer Received 3 response(s)
asked
`;
    expect(readNeighbours('192.168.168.12', output)).toEqual({
      vip: '192.168.168.12',
      macs: ['02:00:c0:a8:a8:64', '02:00:c0:a8:a8:66'],
      why: undefined,
    });
  });

  it('is a neighbour solicitation for IPv6', () => {
    const { script } = neighbourScript('fd00::12');
    expect(script).toContain('command -v ndisc6 >/dev/null');
    expect(script).toContain('ndisc6 -m -n -q -r 2 -w 1000 fd00::12 "$device" 2>/dev/null |');
    expect(readNeighbours('fd00::12', 'answer 02:00:C0:A8:A8:64\nanswer 02:00:C0:A8:A8:66\nasked\n').macs).toEqual([
      '02:00:c0:a8:a8:64',
      '02:00:c0:a8:a8:66',
    ]);
  });

  it('may have no answer', () => {
    expect(readNeighbours('v', 'answer Received 0 response(s)\nasked\n').macs).toEqual([]);
  });

  it.each([
    ['why arping is not installed on the client\n', 'arping is not installed on the client'],
    ['answer ARPING 1\n', 'the client did not answer'],
    ['', 'the client did not answer'],
  ])('that could not be asked is no answer: %j', (output, why) => {
    expect(readNeighbours('v', output)).toEqual({ vip: 'v', macs: undefined, why });
  });

  it('is no reason to fall over', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readNeighbours('v', text)).not.toThrow();
      }),
    );
  });
});

describe('the client', () => {
  it('is asked everything at the same time, one command each', async () => {
    const cluster = await recordedCluster();
    let under = 0;
    let most = 0;
    const gives = async () => {
      most = Math.max(most, (under += 1));
      await new Promise(setImmediate);
      under -= 1;
      return {};
    };
    const host = fakeHost('c1', [
      { script: requestScript(question), gives },
      { script: neighbourScript('192.168.168.12'), gives },
    ]);
    const { answers, neighbours } = await askFromClient(cluster, host, [], new AbortController().signal);
    expect([most, answers.length, neighbours.length]).toEqual([2, 1, 1]);
  });
});
