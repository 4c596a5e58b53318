import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../support/lab.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('the published package', () => {
  let folder = '';
  // What npm would publish, with the packages it would install beside it: none that only development needs.
  beforeAll(() => {
    const to = mkdtempSync(path.join(tmpdir(), 'lvsctl-package-'));
    const [{ filename = '' } = {}] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', to], {
        cwd: ROOT,
        encoding: 'utf8',
      }),
    ) as readonly { readonly filename?: string }[];
    execFileSync('tar', ['-xzf', filename], { cwd: to });
    folder = path.join(to, 'package');
    for (const [place, { dev }] of Object.entries((json(path.join(ROOT, 'npm-shrinkwrap.json')) as Lock).packages)) {
      const from = path.join(ROOT, place);
      if (place === '' || dev === true || !existsSync(from)) continue;
      mkdirSync(path.dirname(path.join(folder, place)), { recursive: true });
      cpSync(from, path.join(folder, place), { recursive: true });
    }
  });

  const lvsctl = (...args: readonly string[]) =>
    spawnSync(process.execPath, [path.join(folder, 'bin/lvsctl.js'), ...args], { encoding: 'utf8' });

  it('checks and renders an inventory', () => {
    const inventory = path.join(folder, 'inventories/article.yml');
    expect(lvsctl('lint', inventory)).toMatchObject({ status: 0, stderr: '' });
    const { status, stdout } = lvsctl('render', inventory);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('vrrp_instance VI_1 {') as string,
    });
  });

  it('prints its version, alone and among other options', () => {
    const { version } = json(path.join(ROOT, 'package.json')) as { readonly version: string };
    for (const args of [['--version'], ['-V'], ['--no-color', '--version']])
      expect(lvsctl(...args)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('pins every package that it runs with', () => {
    const { dependencies } = json(path.join(folder, 'package.json')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const floating = Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(floating).toEqual([]);
    expect(readFileSync(path.join(folder, 'npm-shrinkwrap.json'), 'utf8')).toBe(
      readFileSync(path.join(ROOT, 'npm-shrinkwrap.json'), 'utf8'),
    );
  });

  it('holds the agent for both processors, with its licences and what it was built from', () => {
    const { programs } = json(path.join(folder, 'dist/agent/manifest.json')) as {
      readonly programs: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>;
    };
    expect(Object.keys(programs).toSorted()).toEqual(['arm64', 'x64']);
    for (const { file, sha256 } of Object.values(programs)) {
      const bytes = readFileSync(path.join(folder, 'dist/agent', file));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    expect(readFileSync(path.join(folder, 'dist/agent/lvs-agent-licenses.txt'), 'utf8')).toContain('QuickJS');
    expect(json(path.join(folder, 'dist/agent/lvs-agent.cdx.json'))).toMatchObject({ bomFormat: 'CycloneDX' });
  });

  it('holds no source, no test, no map and no part of a build', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !file.startsWith('node_modules'),
    );
    const kinds = /\.(?:ts|map)$|^(?:src|test)\/|^dist\/agent\/(?:core|shell|runtime|host-)/;
    expect(files.filter((file) => kinds.test(file))).toEqual([]);
  });

  it('carries nothing that only tests run', () => {
    const { packages } = json(path.join(folder, 'npm-shrinkwrap.json')) as Lock;
    expect(packages['node_modules/koffi']).toMatchObject({ dev: true });
    expect(spawnSync('grep', ['-rl', '--include=*.js', "from 'koffi'", 'dist', 'bin'], { cwd: folder }).status).toBe(1);
  });
});
