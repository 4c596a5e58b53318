import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unlock } from '../../../src/cli/commands/unlock.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { Failure } from '../../../src/failure.ts';
import { failureOf } from '../../support/failure-of.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { type LeaseFolder, leaseFolder } from '../../support/lease-folder.ts';
import { runIn, SHELLS, temporaryFolder } from '../../support/shells.ts';

const HOSTS = ['dr1', 'dr2', 'rs1'];

const INVENTORY = `vip: 192.168.168.12
directors:
  - { name: dr1, address: 192.168.168.100 }
  - { name: dr2, address: 192.168.168.107 }
real_servers:
  - { name: rs1, address: 192.168.168.102 }
`;

describe.each(SHELLS)('unlock, on hosts with $name', (shell) => {
  /** A cluster whose hosts are folders, and what the verb printed. One that is named as away cannot be reached. */
  const cluster = (away?: string) => {
    const inventory = path.join(temporaryFolder(), 'inventory.yml');
    writeFileSync(inventory, INVENTORY);
    const folders = new Map(HOSTS.map((host) => [host, leaseFolder()]));
    const folder = (host: string): LeaseFolder => {
      const found = folders.get(host);
      if (found === undefined) throw new Error(`no host ${host}`);
      return found;
    };
    const streams = recordingStreams();
    const run = (id: string, yes = true, json = false) =>
      unlock(
        {
          screen: openScreen({ json, color: false }, {}, streams),
          verbose: false,
          signal: new AbortController().signal,
          env: {},
          cwd: '/',
          connectTo:
            ({ name: host }) =>
            async () => {
              if (host === away) throw new Failure('unreachable', `${host}: no route to host`, { host });
              return {
                host,
                run: async (command) => {
                  const { exitCode, stdout, stderr } = runIn(shell, folder(host).of(command));
                  return { exitCode: exitCode ?? -1, stdout, stderr };
                },
                close: () => undefined,
              };
            },
        },
        id,
        undefined,
        { inventory: [inventory], forks: 50, ...(yes && { yes }) },
      );
    const held = () => HOSTS.filter((host) => existsSync(path.join(folder(host).path, 'lease')));
    return { run, held, folder, out: streams.out, err: streams.err };
  };

  it('breaks the lock with this ID on every host that has it, and no other', async () => {
    const { run, held, folder, out } = cluster();
    folder('dr1').hold('aa', 300, 'eve@desk since noon: deploy');
    folder('dr2').hold('aa', 300, 'eve@desk since noon: deploy');
    folder('rs1').hold('bb', 300, 'bob@desk: deploy');
    expect(await run('aa')).toBe(0);
    expect(out()).toMatch(/Held by eve@desk since noon: deploy, on dr1, dr2; expires in \d+ s\.\n/);
    expect(out()).toContain('Broke lock aa on dr1, dr2.\n');
    expect(held()).toEqual(['rs1']);
  });

  it('reports the holder of a lock with another ID, and breaks nothing', async () => {
    const { run, held, folder } = cluster();
    folder('dr1').hold('bb', 300, 'bob@desk: deploy');
    const failure = await failureOf(run('aa'));
    expect([failure.code, failure.message, failure.detail.hint]).toEqual([
      'command',
      'No host holds a lock with ID aa.',
      'bb is held by bob@desk: deploy.',
    ]);
    expect(held()).toEqual(['dr1']);
  });

  it('reports that a lock was released or has expired', async () => {
    const { run, folder } = cluster();
    folder('dr1').hold('aa', -1);
    expect((await failureOf(run('aa'))).detail.hint).toBe('It was released, or has expired.');
  });

  it('breaks nothing without a terminal and --yes', async () => {
    const { run, held, folder } = cluster();
    folder('dr1').hold('aa');
    const failure = await failureOf(run('aa', false));
    expect([failure.code, failure.detail.hint]).toEqual(['inventory', 'Pass --yes.']);
    expect(held()).toEqual(['dr1']);
  });

  it('breaks the lock on reachable hosts, and exits 4 when one is unreachable', async () => {
    const { run, held, folder, out, err } = cluster('dr2');
    folder('dr1').hold('aa');
    expect(await run('aa')).toBe(4);
    expect(out()).toContain('Broke lock aa on dr1.\n');
    expect(err()).toContain('dr2: no route to host');
    expect(held()).toEqual([]);
  });

  it('ends with a result for programs', async () => {
    const { run, folder, out } = cluster();
    folder('rs1').hold('aa');
    await run('aa', true, true);
    expect(JSON.parse(out().trim().split('\n').at(-1) ?? '')).toEqual({
      type: 'result',
      command: 'unlock',
      id: 'aa',
      hosts: ['rs1'],
      exitCode: 0,
    });
  });
});
