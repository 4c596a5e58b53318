import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VirtualServer } from '../../../src/inventory/cluster.ts';
import { arpScript, readArp } from '../../../src/verify/arp-question.ts';
import { longestWait, readAnswers, requestCount, requestScript } from '../../../src/verify/requests.ts';
import { askFromClient } from '../../../src/verify/verify.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedCluster } from '../../support/recorded.ts';
import { clusterWith } from './evidence.ts';

let server: VirtualServer;
beforeAll(async () => {
  server = await only({});
});

async function only(given: Partial<VirtualServer>, weights?: readonly [number, number]): Promise<VirtualServer> {
  const [first] = (await clusterWith(given, weights)).virtualServers;
  if (first === undefined) throw new Error('no virtual server');
  return first;
}

describe('the requests of verify', () => {
  it('go to each real server, then to the virtual server as often as it takes, by no proxy', () => {
    const format = "-w '\\n@lvsctl:answer %{http_code} %{errormsg}\\n'";
    const options = `-q -s -S -k --noproxy '*' -H 'Connection: close' ${format}`;
    expect(requestScript(server).script).toBe(`command -v curl >/dev/null || { echo 'there is no curl' >&2; exit 127; }
exec 2>/dev/null
echo '@lvsctl:from rs1'
curl ${options} --max-time 3 -H 'Host: 192.168.168.12' http://192.168.168.102:80/
echo '@lvsctl:from rs2'
curl ${options} --max-time 3 -H 'Host: 192.168.168.12' http://192.168.168.103:80/
echo '@lvsctl:from '
curl ${options} --max-time 3 'http://192.168.168.12:80/#[1-16]'
exit 0`);
  });

  it('are encrypted on port 443', async () => {
    const { script } = requestScript(await only({ port: 443 }));
    expect(script).toContain("'https://192.168.168.12:443/#[1-16]'");
  });

  it('are enough to see every weight, and never too many', async () => {
    expect(requestCount(server)).toBe(16);
    expect(requestCount(await only({ lb_algo: 'wrr' }, [3, 1]))).toBe(32);
    expect(requestCount(await only({ lb_algo: 'wrr' }, [65_535, 1]))).toBe(400);
    expect(requestCount(await only({ lb_algo: 'rr' }, [0, 0]))).toBe(16);
  });

  it('of a dead cluster come to an end before they are given up, however many there are', async () => {
    const heavy = await only({ lb_algo: 'wrr' }, [65_535, 1]);
    for (const one of [server, heavy]) {
      const patience = Number(/--max-time ([\d.]+) '?http:\/\/192.168.168.12/.exec(requestScript(one).script)?.[1]);
      expect(patience).toBeGreaterThanOrEqual(0.1);
      expect(patience * requestCount(one) + one.pool.length * 3).toBeLessThan(longestWait(one) / 1000);
    }
  });
});

describe('the answers to them', () => {
  const direct = (one: string, two: string) => `@lvsctl:from rs1\n${one}@lvsctl:from rs2\n${two}@lvsctl:from \n`;
  const page = (body: string, code = '200', error = '') => `${body}\n@lvsctl:answer ${code} ${error}\n`;
  const read = (output: string) => readAnswers(server, output);

  it('are told apart by the pages that the real servers give', () => {
    const output =
      direct(page('<h1>rs1</h1>\n'), page('<h1>rs2</h1>\n')) +
      (page('<h1>rs2</h1>\n') + page('<h1>rs1</h1>\n')).repeat(8);
    expect(read(output)).toEqual({
      service: '192.168.168.12:80',
      sequence: Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? 'rs2' : 'rs1')),
      errors: [],
      silent: [],
      counted: undefined,
    });
  });

  it('that failed say why, each once', () => {
    const output = direct(page('a'), page('b')) + page('', '000', 'Connection timed out').repeat(15) + page('a');
    expect(read(output).sequence.filter((from) => from !== undefined)).toEqual(['rs1']);
    expect(read(output).errors).toEqual(['Connection timed out']);
  });

  it('that cannot be told apart are marked', () => {
    expect(new Set(read(direct(page('same'), page('same')) + page('same').repeat(16)).sequence)).toEqual(
      new Set(['?']),
    );
    expect(new Set(read(direct(page('a'), page('b')) + page('third').repeat(16)).sequence)).toEqual(new Set(['?']));
  });

  it('name the real servers that do not answer when they are asked directly', () => {
    const output = direct(page('', '000', 'Connection refused'), page('b')) + page('b').repeat(16);
    expect(read(output)).toMatchObject({ silent: ['rs1'], errors: [] });
    expect(new Set(read(output).sequence)).toEqual(new Set(['rs2']));
  });

  it('of an error page differ from those of a good one', () => {
    const output = direct(page('x', '200'), page('x', '404')) + page('x', '404').repeat(16);
    expect(new Set(read(output).sequence)).toEqual(new Set(['rs2']));
  });

  it('are none when the server says that it cannot', () => {
    const { sequence, errors, silent } = read(direct(page('x', '200'), page('x', '503')) + page('x', '503').repeat(16));
    expect(new Set(sequence)).toEqual(new Set([undefined]));
    expect(errors).toEqual(['HTTP 503']);
    expect(silent).toEqual(['rs2']);
  });

  it('that never came count as missing', () => {
    const nothing = read('');
    expect(nothing.sequence).toEqual(Array.from({ length: 16 }, () => undefined));
    expect(nothing.silent).toEqual(['rs1', 'rs2']);
  });

  it('are no reason to fall over, and never more than were asked for', () => {
    const parts = fc.constantFrom(
      '@lvsctl:from rs1',
      '@lvsctl:from ',
      '@lvsctl:answer 200 ',
      '@lvsctl:answer ',
      'x',
      '',
    );
    fc.assert(
      fc.property(fc.array(parts), (lines) => {
        expect(read(lines.join('\n')).sequence.length).toBeGreaterThanOrEqual(16);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(read(text).sequence).toHaveLength(16);
      }),
    );
  });
});

describe('the question who answers ARP', () => {
  it('is asked by broadcast on the way to the address', () => {
    expect(arpScript('192.168.168.12').script)
      .toBe(`route=$(ip -o route get 192.168.168.12) || { echo 'why no route to it'; exit 0; }
case $route in local*) echo 'why the client holds the address itself'; exit 0;; *' via '*) echo 'why the client reaches it through a router'; exit 0;; esac
device=\${route#* dev }; device=\${device%% *}
command -v arping >/dev/null || { echo 'why there is no arping on the client'; exit 0; }
arping -b -c 2 -w 2 -I "$device" 192.168.168.12 2>/dev/null | while read -r line; do echo "arp $line"; done
echo asked`);
  });

  it('is answered with every MAC address, each once, in lower case', () => {
    const output = `arp ARPING 192.168.168.12 from 192.168.168.200 eth0
arp Unicast reply from 192.168.168.12 [02:00:C0:A8:A8:64]  1.009ms
arp Unicast reply from 192.168.168.12 [02:00:C0:A8:A8:66]  1.109ms
arp Unicast reply from 192.168.168.12 [02:00:C0:A8:A8:64]  0.809ms
arp Sent 2 probes (2 broadcast(s))
arp Received 3 response(s)
asked
`;
    expect(readArp('192.168.168.12', output)).toEqual({
      vip: '192.168.168.12',
      macs: ['02:00:c0:a8:a8:64', '02:00:c0:a8:a8:66'],
      why: undefined,
    });
  });

  it('may be answered by nobody', () => {
    expect(readArp('v', 'arp Received 0 response(s)\nasked\n').macs).toEqual([]);
  });

  it.each([
    ['why there is no arping on the client\n', 'there is no arping on the client'],
    ['arp ARPING 1\n', 'the client did not answer'],
    ['', 'the client did not answer'],
  ])('that could not be asked is no answer: %j', (output, why) => {
    expect(readArp('v', output)).toEqual({ vip: 'v', macs: undefined, why });
  });

  it('is no reason to fall over', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readArp('v', text)).not.toThrow();
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
      { script: requestScript(server), gives },
      { script: arpScript('192.168.168.12'), gives },
    ]);
    const { answers, arp } = await askFromClient(cluster, host, [], new AbortController().signal);
    expect([most, answers.length, arp.length]).toEqual([2, 1, 1]);
  });
});
