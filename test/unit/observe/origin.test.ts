import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOrigin } from '../../../src/apply/origin.ts';
import { type FormerResource, READ_ORIGIN, parseOrigin } from '../../../src/observe/origin.ts';
import { type Command, quote, sh } from '../../../src/remote/command.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';
import { changeOf } from '../apply/changes.ts';

/** A record as the probe prints it. */
const printed = (...rows: readonly string[]): string => `size 10\n${rows.join('\n')}\n`;
const SYSCTL = String.raw`"sysctl"	"a.b"	"value"	"0"`;

describe('the record of a host', () => {
  it('is read by resource, in the order of the first changes', () => {
    const rows = [
      SYSCTL,
      String.raw`"service"	"a.service"	"enabled"	"no"`,
      String.raw`"file"	"/etc/a"	"text"	{"file":true}`,
      String.raw`"service"	"a.service"	"active"	null`,
      String.raw`"service"	"a.service"	"active"	"failed"`,
    ];
    expect(parseOrigin(printed(...rows))).toEqual({
      resources: [
        { kind: 'sysctl', key: 'a.b', fields: new Map([['value', '0']]) },
        {
          kind: 'service',
          key: 'a.service',
          fields: new Map([
            ['enabled', 'no'],
            ['active', null],
          ]),
        },
        { kind: 'file', key: '/etc/a', fields: new Map([['text', { file: true }]]) },
      ] satisfies readonly FormerResource[],
    });
  });

  it('may be missing, or empty', () => {
    expect(parseOrigin('')).toBeUndefined();
    expect(parseOrigin('\n')).toBeUndefined();
    expect(parseOrigin(printed())).toEqual({ resources: [] });
  });

  it.each([
    ['a line of less than four parts', '"sysctl"\t"a"\t"value"', 'line 2 was not written by lvsctl'],
    ['what is not JSON', '"sysctl"\t"a"\t"value"\t0x', 'line 2 was not written by lvsctl'],
    ['a number', '"sysctl"\t"a"\t"value"\t0', 'line 2 was not written by lvsctl'],
    ['a key that would be two lines', String.raw`"sysctl"	"a\nb"	"value"	"0"`, 'line 2 was not written by lvsctl'],
    ['a NUL in a value', String.raw`"sysctl"	"a"	"value"	"\u0000"`, 'line 2 was not written by lvsctl'],
    ['another kind', '"zfs"\t"a"\t"value"\t"0"', 'line 2 is of kind zfs, which only a newer lvsctl can restore'],
    ['a name of all objects', '"__proto__"\t"a"\t"b"\t"0"', 'line 2 is of kind __proto__, which only a newer'],
  ])('is refused with %s', (_name, row, mistake) => {
    expect(parseOrigin(printed(SYSCTL, row))).toEqual({ mistake: expect.stringContaining(mistake) });
  });

  it('is refused when it is huge, or when others can write to it', () => {
    expect(parseOrigin('size 9999999\n')).toEqual({ mistake: expect.stringContaining('9999999 bytes') });
    expect(parseOrigin('!/var/lib/lvsctl/origin/record\t/var is writable by everyone\n')).toEqual({
      mistake: '/var is writable by everyone',
    });
  });

  it('never breaks the run, whatever a host prints', () => {
    const cell = fc.oneof(fc.string(), fc.json(), fc.constantFrom('"sysctl"', '"file"', 'null', '{"file":true}'));
    const row = fc.array(cell, { minLength: 3, maxLength: 5 }).map((cells) => cells.join('\t'));
    fc.assert(
      fc.property(fc.array(fc.oneof(row, fc.string())), fc.boolean(), (rows, whole) => {
        const origin = parseOrigin(whole ? printed(...rows) : rows.join('\n'));
        if (origin === undefined || 'mistake' in origin) return;
        for (const { key } of origin.resources) expect(key).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it.each(SHELLS)('is read in $name as it was written', (shell) => {
    const root = temporaryFolder();
    const inside = (command: Command): Command => ({
      ...command,
      script: command.script.replaceAll('/var/lib/lvsctl', () => quote(root)),
    });
    const read = () => parseOrigin(runIn(shell, inside(READ_ORIGIN)).stdout);
    expect(read()).toBeUndefined();
    mkdirSync(path.join(root, 'etc'));
    const file = path.join(root, 'etc/a');
    writeFileSync(file, 'old\n');
    const changes = [
      changeOf({ key: 'it\'s."b', fields: [{ name: 'value', before: '1\t2\n3', after: '4' }] }),
      changeOf({ kind: 'file', key: file, fields: [{ name: 'text', before: 'old\n', after: 'new\n', text: true }] }),
      changeOf({ kind: 'address', key: '::1 lo', fields: [{ name: 'address', before: undefined, after: '::1/128' }] }),
    ];
    runIn(shell, recordOrigin(changes, path.join(root, 'origin')) ?? sh`:`);
    expect(read()).toEqual({
      resources: [
        { kind: 'sysctl', key: 'it\'s."b', fields: new Map([['value', '1\t2\n3']]) },
        { kind: 'file', key: file, fields: new Map([['text', { file: true }]]) },
        { kind: 'address', key: '::1 lo', fields: new Map([['address', null]]) },
      ],
    });
  });
});
