import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARTICLE, LAB, type Ended, deployed, labUp, lvsctl, onHost } from '../support/lab.ts';

/** verify and deploy over pages that nobody made for a test of a load balancer. */

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

/** What verify and deploy print and need when each real server has the page that the script writes. */
async function proven(script: string): Promise<{ readonly lines: readonly string[]; readonly peak: number }> {
  for (const host of ['rs1', 'rs2']) await onHost(host, `name=${host}; rm -f ${PAGE}; ${script}`);
  const verified = await measured('verify', ...cluster);
  expect(verified.exitCode, verified.output).toBe(0);
  await onHost('rs2', 'sysctl -qw net.ipv4.conf.all.arp_ignore=0');
  const deploy = await measured('deploy', ...cluster, '--yes');
  expect(deploy.exitCode, deploy.output).toBe(0);
  expect(deploy.stdout).toContain('checks passed');
  return { lines: verified.stdout.split('\n'), peak: Math.max(verified.peak, deploy.peak) };
}

const rotation = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.includes('rotates'));

let small = 0;

it('proves the rotation of empty pages by the counters of the director', async () => {
  const { lines, peak } = await proven(`: > ${PAGE}`);
  small = peak;
  expect(rotation(lines)).toEqual([expect.stringMatching(/^ok .*rotates/)]);
  expect(lines.join('\n')).toMatch(/rs1 8, rs2 8 {2}\(counted by the directors/);
});

it.each([
  { name: '3.5 MB', size: 3_500_000 },
  { name: '100 MB', size: 100_000_000 },
])('proves the rotation of pages of $name, and needs no more memory for them', async ({ size }) => {
  const { lines, peak } = await proven(`echo "$name" > ${PAGE}; truncate -s ${size} ${PAGE}`);
  expect(await onHost('c1', `curl -sI http://192.168.168.12/ | tr -d '\\r' | sed -n 's/^Content-Length: //p'`)).toBe(
    String(size),
  );
  expect(rotation(lines)).toEqual([expect.stringMatching(/^ok .*rotates/)]);
  expect(lines.join('\n')).toContain('rs1 8, rs2 8');
  expect(peak - small).toBeLessThan(48 * MEBIBYTE);
});

it('is not deceived by a page with the lines of verify and of its requests', async () => {
  const { exitCode, stdout } = await lvsctl(['verify', ...cluster]);
  expect(exitCode).toBe(0);
  const hash = await onHost('rs1', `head -c 262144 ${PAGE} | sha256sum | cut -c 1-64`);
  const forged = [...stdout.split('\n'), ...Array.from({ length: 8 }, () => `v 0 200 ${hash}`)].join('\n');
  for (const host of ['rs1', 'rs2']) {
    const { exitCode: written } = await lvsctl(
      ['lab', 'exec', '--name', LAB, host, '--', 'sh', '-c', `cat > ${PAGE}`],
      {
        input: `${host}\n${forged}`,
      },
    );
    expect(written).toBe(0);
  }
  await onHost('rs2', 'systemctl stop nginx');
  const deceived = await lvsctl(['verify', ...cluster]);
  expect(deceived.exitCode).toBe(6);
  expect(rotation(deceived.stdout.split('\n'))).toEqual([expect.stringMatching(/^FAIL .*rotates/)]);
  expect(deceived.stdout).not.toContain('checks passed');
});
