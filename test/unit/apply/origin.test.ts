import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { readlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordOrigin } from '../../../src/apply/origin.ts';
import type { Change } from '../../../src/plan/change.ts';
import { sh } from '../../../src/remote/command.ts';
import type { Field } from '../../../src/resources/resource.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';
import { changeOf } from './changes.ts';

const text = (before: string | undefined, after: string): Field => ({ name: 'text', before, after, text: true });
const mode: Field = { name: 'mode', before: '0640', after: '0600' };

describe('the record of former states', () => {
  it('has no line for what has no state of before', () => {
    expect(
      recordOrigin([
        changeOf({
          kind: 'service',
          key: 'a.service',
          action: 'run',
          fields: [{ name: 'reload', before: undefined, after: 'now' }],
        }),
        changeOf({ kind: 'obsolete', key: '/etc/a', action: 'remove' }),
        changeOf({ kind: 'ipvs', key: 'TCP 10.0.0.9:80' }),
      ]),
    ).toBeUndefined();
  });

  it('holds no text of a file, which may be secret', () => {
    const change = changeOf({ kind: 'file', key: '/etc/a', fields: [text('auth_pass old', 'auth_pass new')] });
    expect(recordOrigin([change])?.script).not.toMatch(/auth_pass/);
  });

  describe.each(SHELLS)('in $name', (shell) => {
    function host() {
      const root = temporaryFolder();
      const etc = join(root, 'etc');
      mkdirSync(etc);
      const folder = join(root, 'origin');
      const record = (...changes: readonly Change[]) => runIn(shell, recordOrigin(changes, folder) ?? sh`:`);
      const rows = () => readFileSync(join(folder, 'record'), 'utf8').trimEnd().split('\n');
      return { etc, folder, record, rows };
    }
    const OK = { exitCode: 0, stdout: '', stderr: '' };

    it('keeps the first former value of each field, over any number of runs', () => {
      const { record, rows, folder } = host();
      const sysctl = (before: string, after: string) =>
        changeOf({ key: 'a.b', fields: [{ name: 'value', before, after }] });
      const service = (name: string, before: string) =>
        changeOf({ kind: 'service', key: "it's.service", fields: [{ name, before, after: 'yes' }] });
      expect(record(sysctl('0', '1'), service('enabled', 'no'))).toEqual(OK);
      expect(record(sysctl('1', '2'), service('active', 'inactive'))).toEqual(OK);
      expect(record(service('enabled', 'yes'), sysctl('2', '0'))).toEqual(OK);
      expect(rows()).toEqual([
        '"sysctl"\t"a.b"\t"value"\t"0"',
        '"service"\t"it\'s.service"\t"enabled"\t"no"',
        '"service"\t"it\'s.service"\t"active"\t"inactive"',
      ]);
      expect(statSync(join(folder, 'record')).mode & 0o777).toBe(0o600);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    });

    it('keeps a value of several lines on one', () => {
      const { record, rows } = host();
      record(changeOf({ key: 'a', fields: [{ name: 'value', before: '1\t2\n3\\', after: '' }] }));
      expect(rows()).toEqual([String.raw`"sysctl"	"a"	"value"	"1\t2\n3\\"`]);
    });

    it('keeps a file as it was before the first run that replaced it', () => {
      const { etc, folder, record, rows } = host();
      const path = join(etc, 'a b.conf');
      writeFileSync(path, 'mine\n');
      chmodSync(path, 0o640);
      const change = changeOf({ kind: 'file', key: path, fields: [text('mine\n', 'new\n'), mode] });
      expect(record(change)).toEqual(OK);
      writeFileSync(path, 'new\n');
      expect(record(change)).toEqual(OK);
      const copy = join(folder, 'files', path);
      expect(readFileSync(copy, 'utf8')).toBe('mine\n');
      expect(statSync(copy).mode & 0o777).toBe(0o640);
      expect(rows()).toEqual([
        `"file"\t${JSON.stringify(path)}\t"text"\t{"file":true}`,
        `"file"\t${JSON.stringify(path)}\t"mode"\t"0640"`,
      ]);
    });

    it('keeps a link as a link', () => {
      const { etc, folder, record } = host();
      const path = join(etc, 'a');
      symlinkSync('target', path);
      record(
        changeOf({
          kind: 'file',
          key: path,
          fields: [{ name: 'type', before: 'symbolic link to target', after: 'file' }],
        }),
      );
      expect(readlinkSync(join(folder, 'files', path))).toBe('target');
    });

    it('has no copy of a file that lvsctl created', () => {
      const { etc, folder, record, rows } = host();
      const path = join(etc, 'a');
      record(changeOf({ kind: 'file', key: path, action: 'create', fields: [text(undefined, 'one')] }));
      writeFileSync(path, 'one');
      expect(record(changeOf({ kind: 'file', key: path, fields: [text('one', 'two')] }))).toEqual(OK);
      expect(existsSync(join(folder, 'files'))).toBe(false);
      expect(rows()).toEqual([`"file"\t${JSON.stringify(path)}\t"text"\tnull`]);
    });

    it('fails, and stays as it is, when a former file cannot be copied', () => {
      const { etc, record, rows } = host();
      record(changeOf({ key: 'a' }));
      const before = rows();
      const path = join(etc, 'a');
      writeFileSync(path, '');
      unlinkSync(path);
      const { exitCode, stdout } = record(changeOf({ kind: 'file', key: path, fields: [text('x', 'y')] }));
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^cannot record the former state in /);
      expect(rows()).toEqual(before);
    });
  });
});
