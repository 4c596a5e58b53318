import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, quote, sh } from '../../../src/remote/command.ts';
import { type FileHave, type FileKey, type FileWant, file } from '../../../src/resources/file.ts';
import { SHELLS, run, runIn, temporaryFolder } from '../../support/shells.ts';

const want = (change: Partial<FileWant> = {}): FileWant => ({
  kind: 'file',
  path: '/etc/thing.conf',
  mode: 0o644,
  text: 'a\n',
  secrets: [],
  ...change,
});

const key = (path: string): FileKey => ({ path, readAtMost: 1024 * 1024 });

describe('the probe of files', () => {
  it('starts two stats and one awk, whatever their number', () => {
    const folder = temporaryFolder();
    const paths = Array.from({ length: 20 }, (_, index) => join(folder, `${index}`));
    for (const path of paths) writeFileSync(path, 'a\n');
    const counting = sh`stat() { echo stat >&2; command stat "$@"; }
awk() { echo awk >&2; command awk "$@"; }
${file.probe(paths.map(key))}`;
    const { stdout, stderr } = run(counting);
    expect(stderr.trim().split('\n')).toEqual(['stat', 'stat', 'awk']);
    expect(file.parse(stdout).size).toBe(20);
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
      const seen = runIn(shell, file.probe(paths.map(key)));
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
      expect([...seen.values()]).toEqual(texts.map(([, text]) => ({ is: 'file', mode: 0o640, text })));
    });

    it('finds the files of one name in all folders that begin and end alike, and others beside them', () => {
      const place = temporaryFolder();
      for (const name of ['a.network.d', 'b c.network.d', 'd.link.d']) {
        mkdirSync(join(place, name));
        writeFileSync(join(place, name, 'lvsctl.conf'), `${name}\n`);
      }
      writeFileSync(join(place, 'alone'), '');
      const each = { ending: '.network.d', name: 'lvsctl.conf' };
      const keys = [{ ...key(`${place}/`), each }, { ...key(`${place}/none/`), each }, key(join(place, 'alone'))];
      const { stdout, stderr } = runIn(shell, file.probe(keys));
      expect(stderr).toBe('');
      expect([...file.parse(stdout).keys()].map((path) => path.slice(place.length + 1)).toSorted()).toEqual([
        'a.network.d/lvsctl.conf',
        'alone',
        'b c.network.d/lvsctl.conf',
      ]);
    });

    it('has no entry for a file that is not there, nor for one whose folder is not', () => {
      expect(look([join(folder, 'missing'), join(folder, 'no', 'such', 'file')]).size).toBe(0);
    });

    it.each([
      ['a file', 'secret'],
      ['a directory', '.'],
      ['nothing', 'nowhere'],
    ])('never follows a link, here to %s, and says where it leads', (_name, target) => {
      writeFileSync(join(folder, 'secret'), 'root:hash\n', { mode: 0o600 });
      const path = join(folder, `link to ${target}`);
      symlinkSync(target, path);
      const { stdout } = runIn(shell, file.probe([key(path)]));
      expect(stdout).not.toContain('hash');
      expect(file.parse(stdout).get(path)).toEqual({ is: 'link', target });
    });

    it('does not read a file that is larger than it may be', () => {
      const path = join(folder, 'large');
      writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(12_000));
      const { stdout } = runIn(shell, file.probe([key(path)]));
      expect(stdout.length).toBeLessThan(1000);
      expect(file.parse(stdout).get(path)).toEqual({ is: 'large', mode: 0o644, size: 1_200_000 });
      expect(file.parse(runIn(shell, file.probe([{ path, readAtMost: 1_600_000 }])).stdout).get(path)).toMatchObject({
        is: 'file',
      });
    });

    it('refuses what is neither a file nor a link', () => {
      expect(look([folder]).get(folder)).toMatchObject({
        is: 'refused',
        refusal: { because: `${folder} is not a regular file` },
      });
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
      expect(look([path]).get(path)).toMatchObject({ mode: 0o4755 });
    });

    it('says nothing when no file is asked for', () => {
      expect(look([]).size).toBe(0);
    });
  });
});

/** What a replacement has left in the folder of a path. */
const beside = (path: string): readonly string[] =>
  readdirSync(dirname(path)).filter((name) => name.includes('.lvsctl-'));

/** What is there, or a reason to stop. */
function plan(wanted: FileWant) {
  const have = file.parse(run(file.probe([key(wanted.path)])).stdout).get(wanted.path);
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
    const steps = replace?.script.slice(replace.script.indexOf('[ ! -d /etc/thing.conf ] || ['));
    const full = `df -P /etc | { read -r header; read -r from size used left share place; printf '%s: %s is %s full\\n' 'the new /etc/thing.conf cannot be written' "$place" "$share"; } >&2`;
    expect(replace?.script).toContain('unguarded=$(unguarded /etc/thing.conf)\n[ -z "$unguarded" ] || {');
    expect(steps)
      .toBe(`[ ! -d /etc/thing.conf ] || [ -L /etc/thing.conf ] || { printf '%s\\n' '/etc/thing.conf is a directory, not a file' >&2; exit 1; }
[ -d /etc ] || (umask 022; mkdir -p /etc) || exit 1
for old in /etc/.thing.conf.lvsctl-??????; do [ ! -f "$old" ] || rm -f "$old"; done
fresh=$(mktemp /etc/.thing.conf.lvsctl-XXXXXX) || { ${full}; exit 1; }
printf %s 'it'\\''s
' > "$fresh" || { ${full}; rm -f "$fresh"; exit 1; }
chmod 0644 "$fresh" && dd if=/dev/null of="$fresh" conv=notrunc,fsync 2>/dev/null || { ${full}; rm -f "$fresh"; exit 1; }
tool -t "$fresh" || { rm -f "$fresh"; printf '%s\\n' 'the new /etc/thing.conf is invalid and was not installed' >&2; exit 1; }
[ ! -d /etc/thing.conf ] || rm -f /etc/thing.conf
mv -f "$fresh" /etc/thing.conf || { rm -f "$fresh"; printf '%s\\n' '/etc/thing.conf could not be replaced' >&2; exit 1; }
! command -v selinuxenabled >/dev/null || ! selinuxenabled || restorecon -F /etc/thing.conf || :
sync /etc 2>/dev/null || sync`);
    expect(replace?.secrets).toEqual(["it's\n"]);
    expect(afterwards?.script).toBe('systemctl daemon-reload');
    expect(rest).toEqual([]);
  });

  it('is only given its mode when the text is right', () => {
    const diff = file.diff(want({ afterwards: ['true'] }), { is: 'file', mode: 0o600, text: 'a\n' });
    if (diff === undefined) throw new Error('a mode was not seen');
    const steps = file.steps(want({ afterwards: ['true'] }), diff);
    expect(steps).toHaveLength(2);
    expect(steps[1]?.script).toBe('[ -f /etc/thing.conf ] && [ ! -L /etc/thing.conf ] && chmod 0644 /etc/thing.conf');
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

    it.each([
      ['gets the context of its path where SELinux is on', 0, 0],
      ['is in place where the file system has no contexts', 0, 1],
      ['needs no context where SELinux is off', 1, 0],
    ])('%s', (_name, off, fails) => {
      const path = join(folder, `context ${off} ${fails}`);
      const wanted = want({ path, text: 'a\n' });
      const { exitCode, stdout } = runIn(
        shell,
        lines([
          sh`selinuxenabled() { return ${off}; }
restorecon() { [ -f "$2" ] && printf '%s %s\\n' "$1" "$2"; return ${fails}; }
set -e`,
          ...file.steps(wanted, plan(wanted) ?? { action: 'create', disruptive: false, fields: [] }),
        ]),
      );
      expect([exitCode, stdout]).toEqual([0, off === 0 ? `-F ${path}\n` : '']);
      expect(readFileSync(path, 'utf8')).toBe('a\n');
    });

    it('replaces another that was open, whose reader keeps the old text', () => {
      const path = join(folder, 'old');
      writeFileSync(path, 'old\n');
      const inode = statSync(path).ino;
      expect(make(want({ path, text: 'new\n' })).exitCode).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe('new\n');
      expect(statSync(path).ino).not.toBe(inode);
    });

    it('is refused by its program: the old one stays, nothing is left over, and it is said', () => {
      const path = join(folder, 'checked');
      writeFileSync(path, 'old\n');
      const made = make(want({ path, validate: ['grep', '-q', 'good', '%s'], text: 'bad\n' }));
      expect(made.exitCode).toBe(1);
      expect(made.stderr).toBe(`the new ${path} is invalid and was not installed\n`);
      expect([readFileSync(path, 'utf8'), beside(path)]).toEqual(['old\n', []]);
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
      expect(made).toMatchObject({ exitCode: 1, stderr: `${path} is a directory, not a file\n` });
      expect(readdirSync(path)).toEqual([]);
    });

    it('is not put in place when it cannot be written whole', () => {
      const path = join(folder, 'full');
      writeFileSync(path, 'old\n');
      const [replace] = file.steps(want({ path }), {
        action: 'update',
        disruptive: false,
        fields: [{ name: 'text', before: 'old\n', after: 'a\n', text: true }],
      });
      if (replace === undefined) throw new Error('there is no step');
      // /dev/full stands for a full disk.
      symlinkSync('/dev/full', join(folder, '.full.lvsctl-abcdef'));
      const kept = {
        ...replace,
        script: replace.script.replace(
          /^fresh=.*? \|\|/m,
          () => `fresh=${quote(join(folder, '.full.lvsctl-abcdef'))} ||`,
        ),
      };
      const made = runIn(shell, kept);
      expect(made.exitCode).toBe(1);
      expect(made.stderr).toMatch(/the new .*\/full cannot be written: \/\S* is \d+% full$/m);
      expect([readFileSync(path, 'utf8'), beside(path)]).toEqual(['old\n', []]);
    });
  });
});

describe('after an apply', () => {
  const folder = temporaryFolder();

  it('the plan is empty, for whatever texts and modes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(
          fc.constantFrom('a', '|', '@', '=', '>', '?', '!', '\n', '\t', '\\', ' ', '\r', '%', "'", '"', '$', '`', 'é'),
        )
        .map((letters) => letters.join('')),
    );
    const files = fc.array(fc.tuple(text, fc.constantFrom(0o600, 0o644, 0o755, 0o400)), {
      minLength: 8,
      maxLength: 8,
    });
    // One script for several files: starting programs is what takes time here.
    fc.assert(
      fc.property(files, (given) => {
        const wanted = given.map(([letters, mode], index) =>
          want({ path: join(folder, `${index}`), text: letters.replaceAll('\0', ''), mode }),
        );
        const plans = () => {
          const have = file.parse(run(file.probe(wanted.map(({ path }) => key(path)))).stdout);
          return wanted.map((one) => ({ one, diff: file.diff(one, have.get(one.path)) }));
        };
        const steps = plans().flatMap(({ one, diff }) => (diff === undefined ? [] : file.steps(one, diff)));
        expect(run(lines([sh`set -e`, ...steps]))).toMatchObject({ exitCode: 0, stderr: '' });
        expect(plans().map(({ diff }) => diff)).toEqual(wanted.map(() => undefined));
      }),
      { numRuns: 2 },
    );
  });
});
