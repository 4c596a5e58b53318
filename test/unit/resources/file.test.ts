import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, sh } from '../../../src/remote/command.ts';
import { type FileHave, type FileWant, file } from '../../../src/resources/file.ts';
import { SHELLS, run, runIn, temporaryFolder } from '../../support/shells.ts';

const want = (change: Partial<FileWant> = {}): FileWant => ({
  kind: 'file',
  path: '/etc/thing.conf',
  mode: 0o644,
  text: 'a\n',
  secrets: [],
  ...change,
});

describe('the probe of files', () => {
  it('starts one stat and one awk for all of them', () => {
    expect(file.probe([want({ path: '/etc/a' }), want({ path: '/etc/b c' })]).script).toBe(`set --
for f in /etc/a '/etc/b c'; do [ -f "$f" ] && set -- "$@" "$f"; done
if [ $# -gt 0 ]; then
stat -L -c '=%a %s %n' -- "$@"
awk 'FNR == 1 { print "@" FILENAME } { print "|" $0 }' "$@"
fi`);
  });

  const texts: readonly (readonly [string, string])[] = [
    ['an empty file', ''],
    ['one line', 'a\n'],
    ['no newline at the end', 'a\nb'],
    ['only a newline', '\n'],
    ['empty lines at both ends', '\n\na\n\n'],
    ['lines that look like the probe speaking', '=644 2 /etc/a\n@/etc/a\n|x\n@lvsctl:section end\n'],
    ['backslashes', 'a\\nb \\c \\\\ \\0101\n'],
    ['letters beyond ASCII', 'é ü 漢字 😀\n'],
    ['letters beyond ASCII without a newline at the end', 'é'],
    ['carriage returns and tabs', 'a\r\n\tb\r\n'],
    ['spaces around lines', '  a  \n'],
    ['per cents', '%s %d %%\n'],
  ];

  describe.each(SHELLS)('in $name', (shell) => {
    const folder = temporaryFolder();
    const look = (paths: readonly string[]): ReadonlyMap<string, FileHave> => {
      const seen = runIn(shell, file.probe(paths.map((path) => want({ path }))));
      expect(seen.stderr).toBe('');
      return file.parse(seen.stdout);
    };

    it('reads whatever texts, all at once', () => {
      const paths = texts.map(([name, text], index) => {
        const path = join(folder, `${index} ${name}`);
        writeFileSync(path, text, { mode: 0o640 });
        return path;
      });
      const seen = look(paths);
      expect([...seen.values()].map(({ text }) => text)).toEqual(texts.map(([, text]) => text));
      expect(new Set([...seen.values()].map(({ mode }) => mode))).toEqual(new Set([0o640]));
    });

    it('has no entry for a file that is not there, for a folder, and for a link to nowhere', () => {
      symlinkSync('nowhere', join(folder, 'link'));
      expect(look([join(folder, 'missing'), folder, join(folder, 'link')]).size).toBe(0);
    });

    it('reads the file that a link leads to, its mode too', () => {
      writeFileSync(join(folder, 'target'), 'far\n');
      chmodSync(join(folder, 'target'), 0o600);
      symlinkSync('target', join(folder, 'good link'));
      expect(look([join(folder, 'good link')]).get(join(folder, 'good link'))).toEqual({ mode: 0o600, text: 'far\n' });
    });

    it.each([
      ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0x0a]), 'a\n'],
      ['bytes that are not UTF-8 at the end', Buffer.from([0x61, 0x0a, 0xff]), 'a\n'],
      ['a NUL after the text', Buffer.from('a\n\0'), 'a\n'],
      ['a NUL in a line', Buffer.from('a\0b\n'), 'a\n'],
      ['nothing but NULs, as after a power failure', Buffer.alloc(2), 'a\n'],
    ])('never takes %s for the text that is wanted', (name, bytes, text) => {
      const path = join(folder, name);
      writeFileSync(path, bytes, { mode: 0o644 });
      const [found] = look([path]).values();
      expect(found).toBeDefined();
      expect(file.diff(want({ path, text }), found)?.action).toBe('update');
    });

    it('knows a set-user-ID bit', () => {
      const path = join(folder, 'suid');
      writeFileSync(path, '');
      chmodSync(path, 0o4755);
      expect(look([path]).get(path)?.mode).toBe(0o4755);
    });

    it('says nothing when no file is asked for', () => {
      expect(look([]).size).toBe(0);
    });
  });
});

describe('a file that is compared', () => {
  it('needs no change when text and mode are right', () => {
    expect(file.diff(want(), { mode: 0o644, text: 'a\n' })).toBeUndefined();
    expect(file.diff(want({ text: '' }), { mode: 0o644, text: '' })).toBeUndefined();
  });

  it('is created with its text and mode', () => {
    expect(file.diff(want({ text: '' }), undefined)).toEqual({
      action: 'create',
      disruptive: false,
      fields: [
        { name: 'text', before: undefined, after: '', text: true },
        { name: 'mode', before: undefined, after: '0644' },
      ],
    });
  });

  it('tells text and mode apart', () => {
    expect(file.diff(want(), { mode: 0o644, text: '' })?.fields).toEqual([
      { name: 'text', before: '', after: 'a\n', text: true },
    ]);
    expect(file.diff(want(), { mode: 0o4755, text: 'a\n' })?.fields).toEqual([
      { name: 'mode', before: '4755', after: '0644' },
    ]);
  });
});

/** What is there, or a reason to stop. */
function plan(wanted: FileWant) {
  const have = file.parse(run(file.probe([wanted])).stdout).get(wanted.path);
  return file.diff(wanted, have);
}

describe('a file that is put in place', () => {
  it('is written beside its place, tried, and moved', () => {
    const wanted = want({
      text: "it's\n",
      validate: ['tool', '-t', '%s'],
      afterwards: ['systemctl', 'daemon-reload'],
    });
    const [replace, afterwards, ...rest] = file.steps(wanted, {
      action: 'create',
      disruptive: false,
      fields: [{ name: 'text', before: undefined, after: wanted.text, text: true }],
    });
    expect(replace?.script)
      .toBe(`[ ! -d /etc/thing.conf ] || { printf '%s\\n' '/etc/thing.conf is a folder, and a file must be there' >&2; exit 1; }
mkdir -p /etc
rm -f /etc/thing.conf.lvsctl-new
(umask 077; printf %s 'it'\\''s
' > /etc/thing.conf.lvsctl-new) && chmod 0644 /etc/thing.conf.lvsctl-new || { df -P /etc | { read -r header; read -r from size used left share place; printf '%s: %s is %s full\\n' 'the new /etc/thing.conf cannot be written' "$place" "$share"; } >&2; rm -f /etc/thing.conf.lvsctl-new; exit 1; }
tool -t /etc/thing.conf.lvsctl-new || { rm -f /etc/thing.conf.lvsctl-new; printf '%s\\n' 'the new /etc/thing.conf was refused and is not in place' >&2; exit 1; }
mv -f /etc/thing.conf.lvsctl-new /etc/thing.conf`);
    expect(replace?.secrets).toEqual(["it's\n"]);
    expect(afterwards?.script).toBe('systemctl daemon-reload');
    expect(rest).toEqual([]);
  });

  it('is only given its mode when the text is right', () => {
    const diff = file.diff(want({ afterwards: ['true'] }), { mode: 0o600, text: 'a\n' });
    if (diff === undefined) throw new Error('a mode was not seen');
    expect(file.steps(want({ afterwards: ['true'] }), diff).map(({ script }) => script)).toEqual([
      'chmod 0644 /etc/thing.conf',
    ]);
  });

  describe.each(SHELLS)('in $name', (shell) => {
    const folder = temporaryFolder();
    const make = (wanted: FileWant) => {
      const diff = plan(wanted);
      if (diff === undefined) throw new Error('there is nothing to do');
      return runIn(shell, lines([sh`set -e`, ...file.steps(wanted, diff)]));
    };

    it('has its text and mode, its folders too, and leaves nothing beside it', () => {
      const path = join(folder, 'new', 'deep', 'x.conf');
      const text = '%s \\n $HOME `id` \'a\' "b"\nno newline';
      expect(make(want({ path, text, mode: 0o600 }))).toMatchObject({ exitCode: 0, stderr: '' });
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(statSync(path).mode & 0o7777).toBe(0o600);
      expect(readdirSync(join(folder, 'new', 'deep'))).toEqual(['x.conf']);
    });

    it('can be empty', () => {
      const path = join(folder, 'empty');
      expect(make(want({ path, text: '' })).exitCode).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe('');
    });

    it('replaces another that was open, whose reader keeps the old text', () => {
      const path = join(folder, 'old');
      writeFileSync(path, 'old\n');
      const inode = statSync(path).ino;
      expect(make(want({ path, text: 'new\n' })).exitCode).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe('new\n');
      expect(statSync(path).ino).not.toBe(inode);
    });

    it('replaces a link by a file, and leaves what it led to', () => {
      const path = join(folder, 'link');
      writeFileSync(join(folder, 'led to'), 'kept\n');
      symlinkSync('led to', path);
      expect(make(want({ path })).exitCode).toBe(0);
      expect([lstatSync(path).isSymbolicLink(), readFileSync(join(folder, 'led to'), 'utf8')]).toEqual([
        false,
        'kept\n',
      ]);
    });

    it('is refused by its program: the old one stays, nothing is left over, and it is said', () => {
      const path = join(folder, 'checked');
      writeFileSync(path, 'old\n');
      const made = make(want({ path, validate: ['grep', '-q', 'good', '%s'], text: 'bad\n' }));
      expect(made.exitCode).toBe(1);
      expect(made.stderr).toBe(`the new ${path} was refused and is not in place\n`);
      expect([readFileSync(path, 'utf8'), existsSync(`${path}.lvsctl-new`)]).toEqual(['old\n', false]);
      expect(make(want({ path, validate: ['grep', '-q', 'good', '%s'], text: 'good\n' })).exitCode).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe('good\n');
    });

    it('does not run what comes afterwards when it was refused', () => {
      const path = join(folder, 'refused');
      make(want({ path, validate: ['false'], afterwards: ['touch', join(folder, 'afterwards')] }));
      expect(existsSync(join(folder, 'afterwards'))).toBe(false);
      make(want({ path, afterwards: ['touch', join(folder, 'afterwards')] }));
      expect(existsSync(join(folder, 'afterwards'))).toBe(true);
    });

    it('is not moved into a folder of its name', () => {
      const path = join(folder, 'taken');
      mkdirSync(path);
      const made = make(want({ path }));
      expect(made).toMatchObject({ exitCode: 1, stderr: `${path} is a folder, and a file must be there\n` });
      expect(readdirSync(path)).toEqual([]);
    });

    it('is not put in place when it cannot be written whole', () => {
      const path = join(folder, 'full');
      writeFileSync(path, 'old\n');
      symlinkSync('/dev/full', `${path}.lvsctl-new`);
      const [replace] = file.steps(want({ path }), {
        action: 'update',
        disruptive: false,
        fields: [{ name: 'text', before: 'old\n', after: 'a\n', text: true }],
      });
      if (replace === undefined) throw new Error('there is no step');
      // /dev/full stands for a full disk; the step would remove it first.
      const kept = { ...replace, script: replace.script.replace(/^rm -f .*$/m, ':') };
      const made = runIn(shell, kept);
      expect(made.exitCode).toBe(1);
      expect(made.stderr).toMatch(/the new .*\/full cannot be written: \/\S* is \d+% full$/m);
      expect([readFileSync(path, 'utf8'), existsSync(`${path}.lvsctl-new`)]).toEqual(['old\n', false]);
    });
  });
});

describe('after an apply', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'any');

  it('the plan is empty, for whatever text and mode', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(fc.constantFrom('a', '|', '@', '=', '\n', '\\', ' ', '\r', '%', "'", '"', '$', '`', 'é'))
        .map((letters) => letters.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(0o600, 0o644, 0o755, 0o400), (given, mode) => {
        const wanted = want({ path, text: given.replaceAll('\0', ''), mode });
        const diff = plan(wanted);
        if (diff !== undefined) expect(run(lines(file.steps(wanted, diff))).exitCode).toBe(0);
        expect(plan(wanted)).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });
});
