import { describe, expect, it } from 'vitest';
import type { ConfigFiles } from '../../../src/remote/ssh-config/read.ts';
import { SshConfig } from '../../../src/remote/ssh-config/ssh-config.ts';

const LOCAL = { name: 'me', uid: 1000, home: '/home/me', hostname: 'desk.lan', variables: { KEYS: 'k' } };

type Files = Readonly<
  Record<string, string | { readonly text: string; readonly uid?: number; readonly mode?: number }>
>;

/** A file system of the user 1000. */
function world(files: Files): ConfigFiles {
  const names = Object.keys(files);
  return {
    uid: 1000,
    readFile: (path) => {
      const file = files[path];
      return Promise.resolve(new TextEncoder().encode(typeof file === 'string' ? file : file?.text));
    },
    stat: (path) => {
      const file = files[path];
      if (file !== undefined)
        return Promise.resolve({ uid: 1000, mode: 0o100_600, ...(typeof file === 'object' && file) });
      return Promise.resolve(
        names.some((name) => name.startsWith(`${path}/`)) ? { uid: 1000, mode: 0o40_700 } : undefined,
      );
    },
    list: (folder) =>
      Promise.resolve([
        ...new Set(
          names.flatMap((name) =>
            name.startsWith(`${folder}/`) ? [name.slice(folder.length + 1).split('/')[0] ?? ''] : [],
          ),
        ),
      ]),
  };
}

async function read(files: Files): Promise<SshConfig> {
  return SshConfig.read({ kind: 'default' }, world(files), LOCAL);
}

function settings(config: SshConfig, name: string) {
  return config.settings({ name, user: { given: undefined, otherwise: 'root' }, port: undefined });
}

describe('~/.ssh/config', () => {
  it('precedes the file of the machine, and each value has its line', async () => {
    const config = await read({
      '/home/me/.ssh/config': 'Host web*\n  User ops\n',
      '/etc/ssh/ssh_config': 'User guest\nPort 2222\n',
    });
    const found = settings(config, 'web1');
    expect([found.user, found.port]).toEqual([
      { value: 'ops', origin: '/home/me/.ssh/config:2' },
      { value: 2222, origin: '/etc/ssh/ssh_config:2' },
    ]);
    expect(settings(config, 'db').user?.value).toBe('guest');
  });

  it('includes files by pattern, relative to its folder and in order', async () => {
    const config = await read({
      '/home/me/.ssh/config': 'Include conf.d/*.conf ~/more-[a-b]\n',
      '/home/me/.ssh/conf.d/2.conf': 'User two\n',
      '/home/me/.ssh/conf.d/1.conf': 'User one\n',
      '/home/me/.ssh/conf.d/.hidden.conf': 'User hidden\n',
      '/home/me/more-b': 'Port 3\n',
      '/home/me/more-c': 'HostName no\n',
    });
    const found = settings(config, 'web1');
    expect([found.user?.value, found.port?.value, found.hostName]).toEqual(['one', 3, undefined]);
  });

  it.each([
    ['that others may write', { text: 'User x\n', mode: 0o100_666 }, 'it is writable by others'],
    ['of another user', { text: 'User x\n', uid: 7 }, 'it is owned by user 7'],
  ])('is refused when it is a file %s', async (_which, file, why) => {
    for (const files of [
      { '/home/me/.ssh/config': file },
      { '/home/me/.ssh/config': 'Include other\n', '/home/me/.ssh/other': file },
    ]) {
      const config = await read(files);
      expect(config.mistakes.map(({ what }) => what)).toEqual([
        `The file is refused: ${why}. Another user could make lvsctl run commands.`,
      ]);
      expect(settings(config, 'web1').user).toBeUndefined();
    }
  });

  it.each([
    ['Port ssh', 'is not a port.'],
    ['Port', 'has no argument.'],
    ['User "a', 'has a quote that is not closed.'],
    ['User a b', 'has extra arguments at the end of the line.'],
    ['IdentitiesOnly maybe', 'must be yes or no.'],
    ['ConnectTimeout soon', 'is not a time.'],
  ])('has a mistake in `%s`', async (line, what) => {
    const { mistakes } = await read({ '/home/me/.ssh/config': `# mine\n${line}\n` });
    expect(mistakes).toEqual([
      {
        severity: 'error',
        file: '/home/me/.ssh/config',
        line: 2,
        what: `\`${line}\` ${what}`,
        hint: 'See ssh_config(5).',
      },
    ]);
  });

  it('has mistakes that only a host brings up, once for all hosts', async () => {
    const config = await read({
      '/home/me/.ssh/config':
        'Host web*\nIdentityFile ${NONE}/a\nUserKnownHostsFile %q\nProxyJump a b\nMatch all user x\nUser y\n',
    });
    for (const name of ['web1', 'web2', 'web3']) settings(config, name);
    expect(config.mistakes.map(({ line, what }) => `${line}: ${what}`)).toEqual([
      '5: The Match line combines `all` with other criteria.',
      '4: `a b` is not a list of [user@]host[:port].',
      '2: identityfile needs the environment variable NONE, which is not set.',
      '3: userknownhostsfile cannot expand %q here.',
    ]);
  });

  it('never runs a command for Match exec, and says so where the block would apply', async () => {
    const config = await read({
      '/home/me/.ssh/config': 'Match host web* exec "touch /tmp/no"\n  User x\nMatch host db exec true\n  User y\n',
    });
    expect(settings(config, 'web1').user).toBeUndefined();
    expect(config.mistakes.map(({ severity, line, what }) => `${severity} ${line}: ${what}`)).toEqual([
      'warning 1: `Match exec` is not evaluated: its block does not apply to web1.',
    ]);
  });

  it('ends an endless Include', async () => {
    const config = await read({ '/home/me/.ssh/config': 'Include config\nInclude config\nUser me2\n' });
    expect(config.mistakes.length).toBeGreaterThan(0);
  });

  it('skips what has no meaning for lvsctl, also what this version does not have', async () => {
    const config = await read({ '/home/me/.ssh/config': 'ForwardX11 yes\nBrandNewOption a "b\nUser ops\n' });
    expect([config.mistakes, settings(config, 'web1').user?.value]).toEqual([[], 'ops']);
  });

  it('is asked for two hundred hosts of two hundred blocks in little time', async () => {
    const text = Array.from({ length: 200 }, (_none, index) => `Host rs${index}\n  HostName 10.0.0.${index}\n`).join(
      '',
    );
    const config = await read({ '/home/me/.ssh/config': text });
    const started = performance.now();
    for (let index = 0; index < 200; index += 1) {
      expect(settings(config, `rs${index}`).hostName?.value).toBe(`10.0.0.${index}`);
    }
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
