import { fileURLToPath } from 'node:url';
import { writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import { failureOf } from '../../support/failure-of.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { connectTo, fakeHosts, recordedCluster } from '../../support/recorded.ts';
import { temporaryFolder } from '../../support/shells.ts';

const INVENTORY = fileURLToPath(new URL('../../fixtures/observe/inventory.yml', import.meta.url));

const SUM = { one: '9b3a0c85a887a256d6939da88aabd8cd', other: 'd41d8cd98f00b204e9800998ecf8427e' };

/** A page as the director's shell prints it. */
const page = (place: string, stdout: string, stderr = 'status 200\nexit 0\n'): ExpectedRun => ({
  script: {
    name: place,
    matches: (script) => script.includes('KeepAliveClient') && script.includes(`http://${place}`),
  },
  gives: { stdout: `${stdout}  -\n`, stderr },
});

async function digest(words: readonly string[], pages: readonly ExpectedRun[], inventory = INVENTORY) {
  const hosts = fakeHosts(await recordedCluster(), 'deployed', {}, { more: (name) => (name === 'dr1' ? pages : []) });
  const streams = recordingStreams();
  let exitCode: number | undefined;
  const screen = openScreen({ json: words.includes('--json'), color: false }, {}, streams);
  const context = { screen, verbose: false, signal: new AbortController().signal, env: {}, cwd: '/' };
  const all = ['digest', inventory, ...words];
  const program = buildProgram(
    { ...context, connectTo: connectTo(hosts) },
    (code) => {
      exitCode = code;
    },
    all,
  );
  await program.parseAsync(['node', 'lvsctl', ...all]);
  return { exitCode, out: streams.out() };
}

const [RS1, RS2] = ['192.168.168.102:80', '192.168.168.103:80'];

describe('lvsctl digest', () => {
  it('prints the key to paste where all real servers have the same page', async () => {
    const { exitCode, out } = await digest(['--path', '/health'], [page(RS1, SUM.one), page(RS2, SUM.one)]);
    expect(out).toBe(`connecting to dr1, dr2
http /health  asked from dr1
  ${RS1}  ${SUM.one}  200
  ${RS2}  ${SUM.one}  200
  http_get: {url: {path: "/health", digest: ${SUM.one}}}
`);
    expect(exitCode).toBe(0);
  });

  it('prints none where they differ', async () => {
    const { out } = await digest(['--path', '/'], [page(RS1, SUM.one), page(RS2, SUM.other)]);
    expect(out).toContain('The real servers have different pages');
    expect(out).not.toContain('http_get');
  });

  it('prints none of an error page', async () => {
    const missing = 'status 404\nexit 0\n';
    const { out } = await digest(['--path', '/'], [page(RS1, SUM.one, missing), page(RS2, SUM.one, missing)]);
    expect(out).toContain('The page is an error or a redirect');
    expect(out).not.toContain('http_get');
  });

  it('fails where a real server gives no page, with the reason', async () => {
    const dead = 'curl: (7) Failed to connect\nstatus 000\nexit 7\n';
    const { exitCode, out } = await digest(['--path', '/'], [page(RS1, SUM.one), page(RS2, SUM.other, dead)]);
    expect(exitCode).toBe(1);
    expect(out).toContain(`${RS2}  curl: (7) Failed to connect`);
    expect(out).toContain(`digest: ${SUM.one}`);
  });

  it('asks for the pages of the health checks, and names the digest that differs', async () => {
    const file = path.join(temporaryFolder(), 'a.yml');
    const check = `virtual_servers: [{http_get: {url: {path: /up, digest: ${SUM.other}}, virtualhost: www.example}}]\n`;
    writeFileSync(file, `${readFileSync(INVENTORY, 'utf8')}\n${check}`);
    const { out } = await digest([], [page(RS1, SUM.one), page(RS2, SUM.other)], file);
    expect(out).toContain(`${RS1}  ${SUM.one}  200  the inventory has ${SUM.other}`);
  });

  it('asks for a page where no check has one', async () => {
    expect(await failureOf(digest([], []))).toMatchObject({
      message: 'No health check of the inventory asks for a page.',
    });
  });
});
