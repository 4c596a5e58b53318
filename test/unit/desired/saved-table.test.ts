import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoredTable, tableText } from '../../../src/desired/saved-table.ts';
import { readSavedTable } from '../../../src/keepalived/ipvs/saved-table.ts';
import { parseTable } from '../../../src/resources/ipvs-table.ts';
import { ipvs } from '../../../src/resources/ipvs.ts';
import { resourceOf } from '../../../src/resources/kinds.ts';

const SAVED = `-A -t 192.0.2.10:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1
-a -t 192.0.2.10:80 -r 192.0.2.22:8080 -m -w 3 -x 100 -y 50
-A -u 192.0.2.10:53 -s rr -O
-A -t [2001:db8::10]:80 -s sh -b flag-2
-a -t [2001:db8::10]:80 -r [2001:db8::21]:80 -i --tun-type gue --tun-port 6080 --tun-nocsum -w 1
-A -f 7 -s mh -b flag-1,flag-2
-A -f 7 -6 -s rr
`;

describe('a saved table', () => {
  it('is read and written without a change', () => {
    expect(readSavedTable(SAVED).mistakes).toEqual([]);
    expect(tableText(SAVED, new Map())).toBe(SAVED);
  });

  it('is made of what the kernel prints where there is no ipvsadm', () => {
    const have = parseTable(
      [
        'TCP  C000020A:0050 wrr persistent 75000 FFFFFF00',
        '  -> C0000215:0050      Route   1      0          0',
        '  -> C0000216:1F90      Masq    3      0          0',
        'FWM  00000007 rr ops',
      ].join('\n'),
    );
    expect(tableText(undefined, have)).toBe(`-A -t 192.0.2.10:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1
-a -t 192.0.2.10:80 -r 192.0.2.22:8080 -m -w 3
-A -f 7 -s rr -O
`);
  });

  it.each([
    ['-A -t 192.0.2.10 80 -s rr', 'This is no service of a saved table.'],
    ['-A -x 1', 'This is no service of a saved table.'],
    ['-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g', 'The service of this destination is not in the table above it.'],
    ['-C', 'This is no service of a saved table.'],
    ['-D -t 192.0.2.10:80', 'A saved table has -A and -a alone.'],
    ['-A -t 192.0.2.10:80 -s rr\n-A -t 192.0.2.10:80 -s rr', 'This service is in the table already.'],
    ['-A -t 192.0.2.10:80 -s rr\n-a -t 192.0.2.10:80 -r $(id)', 'This is no destination of a saved table.'],
    ['-A toString', 'This is no service of a saved table.'],
    ['-A -t 192.0.2.10:80 -s $(id)', 'This is no service of a saved table.'],
  ])('with %j is refused', (text, mistake) => {
    expect(readSavedTable(text).mistakes.map((one) => one.text)).toEqual([mistake]);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(tableText(tableText(text, new Map()), new Map())).toBe(tableText(text, new Map()));
      }),
    );
  });
});

it('restores what differs, and removes what is not in it', () => {
  const { table } = readSavedTable('-A -t 192.0.2.10:80 -s wrr\n-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1\n');
  const have = parseTable(['TCP  C000020A:0050 rr', 'TCP  C000020A:01BB rr'].join('\n'));
  const commands = restoredTable(table, have).flatMap((want) => {
    const diff = ipvs.diff(want, have.get(resourceOf(want).key));
    return diff === undefined ? [] : ipvs.steps(want, diff).map(({ script }) => script);
  });
  expect(commands).toEqual([
    'ipvsadm -E -t 192.0.2.10:80 -s wrr',
    'ipvsadm -a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1 || ipvsadm -e -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1 2>/dev/null',
    'ipvsadm -D -t 192.0.2.10:443 || ! ipvsadm -Ln -t 192.0.2.10:443 >/dev/null 2>&1',
  ]);
});
