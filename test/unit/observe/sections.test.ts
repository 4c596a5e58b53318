import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, composeWhole, isWhole, split } from '../../../src/observe/sections.ts';
import { sh } from '../../../src/remote/command.ts';
import { SHELLS, runIn } from '../../support/shells.ts';
import { NONCE } from '../../support/nonce.ts';

const output = fc
  .array(fc.constantFrom('a', '\n', ' ', '\\n', '\t', 'é', '%', '@lvsctl:section', '@lvsctl:section b', "'", '-n'))
  .map((parts) => parts.join(''))
  .filter((text) => !/^@lvsctl:section /m.test(text));

describe('a script of many parts', () => {
  it('runs one subshell after the other, without standard error', () => {
    expect(
      compose(
        [
          ['one', sh`echo a`],
          ['two', sh`exit 3`],
        ],
        NONCE,
      ).script,
    ).toBe(`echo '@lvsctl:section one ${NONCE}'
(
echo a
) 2>/dev/null
echo
echo '@lvsctl:section two ${NONCE}'
(
exit 3
) 2>/dev/null
echo`);
  });

  describe.each(SHELLS)('in $name', (shell) => {
    it('returns the output of each part byte by byte', () => {
      fc.assert(
        fc.property(fc.array(output, { maxLength: 4 }), (texts) => {
          const parts = texts.map((text, index) => [`part ${index}`, sh`printf %s ${text}`] as const);
          const { stdout } = runIn(shell, compose(parts, NONCE));
          expect([...split(stdout, NONCE)]).toEqual(texts.map((text, index) => [`part ${index}`, text]));
        }),
        { numRuns: 30 },
      );
    });

    it('takes no output for a marker, whatever a file contains', () => {
      const forged = '@lvsctl:section b\nforged\n@lvsctl:section end\n';
      const parts = [
        ['a', sh`printf %s ${forged}`],
        ['b', sh`echo real`],
      ] as const;
      const sections = split(runIn(shell, composeWhole(parts, NONCE)).stdout, NONCE);
      expect([...sections]).toEqual([
        ['a', forged],
        ['b', 'real\n'],
        ['end', ''],
      ]);
      const died = split(runIn(shell, compose(parts, NONCE)).stdout, NONCE);
      expect(isWhole(died)).toBe(false);
    });

    it('isolates parts: exit code, directory, variables and standard error', () => {
      const { stdout, stderr } = runIn(
        shell,
        compose(
          [
            ['a', sh`cd /tmp; x=1; set -- 1 2; exec 2>&1; exit 9`],
            ['b', sh`pwd; echo "$x$#"; echo bad >&2; nosuchcommand`],
            ['c', sh`read -r line < /no/such/file; echo still here`],
          ],
          NONCE,
        ),
      );
      expect([...split(stdout, NONCE)]).toEqual([
        ['a', ''],
        ['b', '/\n0\n'],
        ['c', 'still here\n'],
      ]);
      expect(stderr).toBe('');
    });
  });
});

describe('the output', () => {
  it('before the first part is ignored', () => {
    expect([...split(`Welcome!\n@lvsctl:section a ${NONCE}\nx\n\n`, NONCE)]).toEqual([['a', 'x\n']]);
  });

  it('may be truncated anywhere', () => {
    expect([...split(`@lvsctl:section a ${NONCE}`, NONCE)]).toEqual([['a', '']]);
    expect([...split('', NONCE)]).toEqual([]);
    expect([...split(`@lvsctl:section a ${NONCE}\nhalf`, NONCE)]).toEqual([['a', 'half']]);
  });
});
