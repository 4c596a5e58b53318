import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labPaths } from '../../src/lab/paths.ts';
import { ARTICLE as TOPOLOGY } from '../../src/lab/article.ts';
import { LAB, labUp, lvsctl, onHost, start } from '../support/lab.ts';

/** The hosts' sshd closes a connection after six keys, and the agent holds eight. OpenSSH's client is the yardstick. */

const NAMES = TOPOLOGY.hosts.map(({ name }) => name);
const lab = labPaths(LAB);
const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-login-'));
const named = path.join(folder, 'named');
const inventory = path.join(folder, 'inventory.yml');
const env: Record<string, string> = { SSH_AUTH_SOCK: path.join(folder, 'agent') };
let agent = '';

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' });
}

beforeAll(async () => {
  await labUp(LAB);
  agent = /SSH_AGENT_PID=(\d+)/.exec(run('ssh-agent', '-s', '-a', env['SSH_AUTH_SOCK'] ?? ''))?.[1] ?? '';
  const others = Array.from({ length: 7 }, (_, index) => path.join(folder, `other-${index}`));
  for (const file of [...others, named]) {
    run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'login test', '-f', file);
    run('ssh-add', '-q', file);
  }
  run('ssh-keygen', '-q', '-p', '-P', '', '-N', 'a passphrase', '-f', named);
  const line = readFileSync(`${named}.pub`, 'utf8').trim();
  // Only the encrypted file is left to say which of the agent's keys is meant.
  rmSync(`${named}.pub`);
  for (const name of NAMES) await onHost(name, `echo '${line}' >> /root/.ssh/authorized_keys`);
  writeFileSync(inventory, readFileSync(lab.inventory, 'utf8').replace(lab.key, named));
});

afterAll(async () => {
  for (const name of NAMES) await onHost(name, "sed -i '/ login test$/d' /root/.ssh/authorized_keys");
  if (agent !== '') process.kill(Number(agent));
  rmSync(folder, { recursive: true });
});

/** OpenSSH with all that the agent holds, and the named key first where there is one. */
async function openssh(...options: readonly string[]) {
  const config = path.join(folder, 'config');
  const settings = readFileSync(lab.sshConfig, 'utf8').replace(
    /^ *(?:IdentityFile|IdentitiesOnly|LogLevel) .*\n/gm,
    '',
  );
  writeFileSync(config, settings);
  return start('ssh', ['-F', config, ...options, 'dr1', 'echo in'], { env }).ended;
}

it('is refused by a server after six keys in the order of the agent', async () => {
  expect(await onHost('dr1', 'sshd -T | grep -i maxauthtries')).toBe('maxauthtries 6');
  const { exitCode, output } = await openssh();
  expect(output).toContain('Too many authentication failures');
  expect(exitCode).toBe(255);
});

it('offers the key of an encrypted identity file first, as OpenSSH does', async () => {
  const { stdout, output } = await openssh('-i', named);
  expect(stdout, output).toBe('in\n');
  const plan = await lvsctl(['plan', inventory], { env });
  expect(plan.stdout).toMatch(/^\d+ changes? on \d+ hosts?\.|^No changes\./m);
  expect([0, 2], plan.output).toContain(plan.exitCode);
});
