import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARTICLE, LAB, type Ended, deployed, labUp, lvsctl, onHost } from '../support/lab.ts';

/** verify and deploy with pages of any size. */

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-pages-'));
const peakFile = path.join(folder, 'peak');
const ownPages = path.join(folder, 'own-pages.yml');
const cluster = [...ARTICLE, '-i', ownPages];
const PAGE = '/var/www/html/index.html';
const MEBIBYTE = 2 ** 20;

beforeAll(async () => {
  writeFileSync(ownPages, 'web: {package: nginx-light, service: nginx, demo_page: false}\n');
  // Runs in lvsctl itself, and notes at its end the most memory that it ever had.
  writeFileSync(
    path.join(folder, 'peak.mjs'),
    `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)));
`,
  );
  await labUp(LAB);
  await deployed();
}, 600_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  // The demo pages again.
  await deployed();
}, 600_000);

/** Runs lvsctl, and gives the most bytes of memory it had, too. */
async function measured(...args: readonly string[]): Promise<Ended & { readonly peak: number }> {
  const preload = pathToFileURL(path.join(folder, 'peak.mjs')).href;
  const ended = await lvsctl(args, { env: { NODE_OPTIONS: `--import=${preload}` } });
  return { ...ended, peak: Number(readFileSync(peakFile, 'utf8')) * 1024 };
}

/** How verify judges the rotation, and the memory of verify and deploy, when each real server has the page that a script writes. */
async function proven(script: string): Promise<{ readonly rotation: unknown; readonly peak: number }> {
  for (const host of ['rs1', 'rs2']) await onHost(host, `name=${host}; rm -f ${PAGE}; ${script}`);
  const verified = await measured('verify', ...cluster, '--json');
  expect(verified.exitCode, verified.output).toBe(0);
  // Something to do, so that the deploy verifies the cluster.
  await onHost('rs2', 'sysctl -qw net.ipv4.conf.all.arp_ignore=0');
  const deploy = await measured('deploy', ...cluster, '--yes');
  expect(deploy.exitCode, deploy.output).toBe(0);
  expect(deploy.stdout).toMatch(/^Verified: \d+ checks passed\.$/m);
  return { rotation: rotationOf(verified.stdout), peak: Math.max(verified.peak, deploy.peak) };
}

/** The check of the rotation among the events of `--json`. */
function rotationOf(stdout: string): unknown {
  const events = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  return events.find((event) => (event as { check?: string }).check === 'rotation');
}

let small = 0;

it('proves the rotation of empty pages by the counters of the directors', async () => {
  const { rotation, peak } = await proven(`: > ${PAGE}`);
  small = peak;
  expect(rotation).toMatchObject({
    status: 'passed',
    actual: expect.stringMatching(/^rs1 8, rs2 8 .*counted by the directors/) as string,
  });
});

it('proves the rotation of pages of 100 MB, and needs no more memory for them', async () => {
  const size = 100_000_000;
  const { rotation, peak } = await proven(`echo "$name" > ${PAGE}; truncate -s ${size} ${PAGE}`);
  const length = "curl -sI http://192.168.168.12/ | tr -d '\\r' | sed -n 's/^Content-Length: //p'";
  expect(await onHost('c1', length)).toBe(String(size));
  expect(rotation).toMatchObject({
    status: 'passed',
    actual: expect.stringMatching(/^rs1 8, rs2 8 .*rs1 rs2/) as string,
  });
  expect(peak - small).toBeLessThan(48 * MEBIBYTE);
});

it('is not deceived by a page with the lines of verify and of its requests', async () => {
  const { exitCode, stdout } = await lvsctl(['verify', ...cluster]);
  expect(exitCode).toBe(0);
  const events = await lvsctl(['verify', ...cluster, '--json']);
  const hash = await onHost('rs1', `head -c 262144 ${PAGE} | sha256sum | cut -c 1-64`);
  const answers = `v 0 200 ${hash}\n`.repeat(8);
  for (const host of ['rs1', 'rs2']) {
    const { exitCode: written } = await lvsctl(
      ['lab', 'exec', '--name', LAB, host, '--', 'sh', '-c', `cat > ${PAGE}`],
      {
        input: `${host}\n${stdout}${events.stdout}${answers}`,
      },
    );
    expect(written).toBe(0);
  }
  await onHost('rs2', 'systemctl stop nginx');
  const deceived = await lvsctl(['verify', ...cluster, '--json']);
  expect(deceived.exitCode).toBe(6);
  expect(rotationOf(deceived.stdout)).toMatchObject({ status: 'failed' });
});
