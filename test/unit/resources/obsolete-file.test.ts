import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { obsolete } from '../../../src/resources/obsolete-file.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

describe.each(SHELLS)('the files of a list, in $name', (shell) => {
  const observe = (list: string) => {
    const { stdout, stderr } = runIn(shell, obsolete.probe([{ listedIn: list }]));
    expect(stderr).toBe('');
    return obsolete.parse(stdout);
  };

  function folderWith(names: readonly string[]): string {
    const base = temporaryFolder();
    for (const name of names) writeFileSync(join(base, name), '#!/bin/sh\n');
    return base;
  }

  it('are found as far as they exist', () => {
    const base = folderWith(['a', "it's b"]);
    writeFileSync(
      join(base, 'list'),
      `# Managed by lvsctl\n${base}/a\n${base}/gone\n${base}/it's b\n../relative\n$(touch ${base}/ran)\n`,
    );
    expect([...observe(join(base, 'list'))]).toEqual([
      [`${base}/a`, { marked: false }],
      [`${base}/it's b`, { marked: false }],
    ]);
  });

  it('are none without a list', () => {
    expect([...observe(join(temporaryFolder(), 'list'))]).toEqual([]);
  });

  it('are refused in a folder that others can write to, and not read from a list in one', () => {
    const base = folderWith(['a']);
    const open = join(base, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    writeFileSync(join(open, 'x'), '');
    writeFileSync(join(base, 'list'), `${open}/x\n`);
    expect(observe(join(base, 'list')).get(`${open}/x`)).toMatchObject({ because: `${open} is writable by everyone` });
    writeFileSync(join(open, 'list'), `${base}/a\n`);
    expect([...observe(join(open, 'list')).keys()]).toEqual([join(open, 'list')]);
  });
});
