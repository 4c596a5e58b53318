import path from 'node:path';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ARTICLE as TOPOLOGY } from '../../src/lab/article.ts';
import { inventoryText } from '../../src/lab/connection.ts';
import { labPaths } from '../../src/lab/paths.ts';
import { ARTICLE, ARTICLE_FILE, type Ended, LAB, ROOT, deployed, lvsctl, onHost } from '../support/lab.ts';
import { deployFirst, putBackAfterFailure } from './use-lab.ts';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-refused-'));
const { key, knownHosts, controlNamespace } = labPaths(LAB);

/** Writes a file for this test and gives its path. */
function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

/** The article's inventory without the way into the lab, as a user has it for hosts of his own. */
const article = readFileSync(ARTICLE_FILE, 'utf8').replace('ssh:\n  lab: lab\n', '');

/** The lab's hosts as plain hosts behind a proxy command, so that everything about SSH can be wrong. */
function overSsh(name: string, ssh: Readonly<Record<string, unknown>>, text = article): readonly string[] {
  const access = {
    proxy_command: `nsenter --net=${controlNamespace} busybox nc %h %p`,
    identity_file: key,
    known_hosts: knownHosts,
    connect_timeout: 60,
    ...ssh,
  };
  return ['-i', file(`${name}.yml`, `${text}\nssh: ${JSON.stringify(access)}\n`)];
}

/** The same, with a different way to rs1. */
function rs1OverSsh(name: string, ssh: Readonly<Record<string, unknown>>): readonly string[] {
  const own = text(
    article,
    'address: 192.168.168.102\n',
    `address: 192.168.168.102\n    ssh: ${JSON.stringify(ssh)}\n`,
  );
  return overSsh(name, {}, own);
}

/** Replaces what must be there. */
function text(whole: string, part: string, other: string): string {
  expect(whole).toContain(part);
  return whole.replace(part, other);
}

/** Common to every refusal: exit code, no stack trace, no colours outside a terminal. */
function expectRefusal({ exitCode, output }: Ended, code: number): void {
  expect(output).not.toMatch(/\n\s+at .*:\d+:\d+|node:internal|Internal error/);
  expect(output).not.toContain('\u001B');
  expect(exitCode, output).toBe(code);
}

/** Every line of standard output is JSON, and the last is the result. */
function expectJson({ stdout, exitCode }: Ended): readonly { readonly [key: string]: unknown }[] {
  const events = stdout
    .trim()
    .split('\n')
    .map((line): { readonly [key: string]: unknown } => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ type: 'result', exitCode });
  return events;
}

/** Something that is open on rs2, so that a refused deploy has something that it could do and must not. */
const OPEN = '/proc/sys/net/ipv4/conf/all/arp_announce';

deployFirst();

beforeAll(async () => {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(folder, 'wrong')]);
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await onHost(
    'rs1',
    'userdel -rf op 2>/dev/null; rm -f /etc/sudoers.d/op; SUDO_FORCE_REMOVE=yes dpkg -P sudo >/dev/null',
  );
  await deployed();
});

describe.concurrent('an error in the inventory is reported with location and fix', () => {
  it.each([
    {
      name: 'an unknown key',
      inventory: () => text(article, 'lb_algo: rr', 'lb_alog: rr'),
      reported: [/\.yml:\d+: virtual_servers\[0\]\.lb_alog: error: `lb_alog` is not a key/, 'Did you mean `lb_algo`?'],
    },
    {
      name: 'a virtual address outside the segment',
      inventory: () => article.replaceAll('192.168.168.12\n', '10.1.1.12\n'),
      reported: [
        /\.yml:\d+: \S+: error: The VIP 10\.1\.1\.12 is outside the network given, 192\.168\.168\.0\/24/,
        'one segment',
      ],
    },
    {
      name: 'another port under direct routing',
      inventory: () => text(article, 'address: 192.168.168.103\n', 'address: 192.168.168.103\n    port: 8080\n'),
      reported: [
        /rs2 listens on port 8080 and the virtual server on 80: direct routing cannot change a port/,
        'Leave `port` out',
      ],
    },
    {
      name: 'several mistakes, all of them',
      inventory: () =>
        text(text(article, 'lb_algo: rr', 'lb_algo: rrr'), 'address: 192.168.168.103', 'address: 192.168.168.1003')
          .replace('priority: 50', 'priorty: 50')
          .replace('virtual_router_id: 51', 'virtual_router_id: 510'),
      reported: ['`rrr`', '192.168.168.1003', 'Did you mean `priority`?', '510'],
    },
    { name: 'an empty file', inventory: () => '', reported: ['The file is empty', 'The smallest inventory'] },
    { name: 'no YAML', inventory: () => 'vip: [', reported: [/\.yml:\d+: error: This is not YAML/] },
  ])('$name', async ({ name, inventory, reported }) => {
    const ended = await lvsctl(['deploy', file(`${name}.yml`, inventory()), '--yes']);
    for (const part of reported) expect(ended.stderr).toMatch(part);
    expect(ended.stdout).not.toContain('connecting');
    expectRefusal(ended, 3);
  });

  it('a file that is not there', async () => {
    const ended = await lvsctl(['deploy', 'nowhere.yml', '--yes']);
    expect(ended.stderr).toContain('nowhere.yml: error: The file does not exist.');
    expect(ended.stderr).toContain('lvsctl init');
    expectRefusal(ended, 3);
  });

  it('of which there is none to be found, which is said once', async () => {
    const nowhere = path.join(folder, 'nowhere');
    mkdirSync(nowhere);
    const ended = await lvsctl(['lint'], { cwd: nowhere });
    expect(ended.output.trim().split('\n')).toEqual([
      'inventory.yml: error: No inventory given, and no inventory.yml in this folder.',
      '    Pass -i FILE, or create one with `lvsctl init`.',
    ]);
    expectRefusal(ended, 3);
  });

  it('on standard input as well, where a good one is as good as a file', async () => {
    const wrong = await lvsctl(['lint', '-'], { input: text(article, 'lb_algo: rr', 'lb_alog: rr') });
    expect(wrong.stderr).toMatch(/^-:\d+: virtual_servers/m);
    expectRefusal(wrong, 3);
    const right = await lvsctl(['lint', '-'], { input: article });
    expect(right.stdout).toContain('2 directors, 2 real servers');
    expect(right.exitCode).toBe(0);
  });

  it('in JSON for programs', async () => {
    const ended = await lvsctl(['deploy', file('typo.yml', text(article, 'lb_algo: rr', 'lb_alog: rr')), '--json']);
    expect(expectJson(ended)).toContainEqual(
      expect.objectContaining({
        type: 'diagnostic',
        path: 'virtual_servers[0].lb_alog',
        hint: 'Did you mean `lb_algo`?',
      }),
    );
    expectRefusal(ended, 3);
  });
});

describe('a mistake on the command line', () => {
  it.each([
    { line: ['depoly'], reported: 'Did you mean deploy?' },
    { line: ['deploy', '--yess'], reported: 'Did you mean --yes?' },
    { line: ['deploy', '--forks', '0'], reported: "option '--forks <n>' argument '0' is invalid" },
    { line: ['verify', '--wait', 'long'], reported: "option '--wait <seconds>' argument 'long' is invalid" },
    { line: ['failover-test', '--fault', 'cabel'], reported: 'Allowed choices are daemon, cable, inside-cable, web' },
    { line: ['lab', 'pu'], reported: 'Did you mean up?' },
    { line: ['deploy', 'one.yml', 'two.yml'], reported: 'too many arguments' },
  ])('$line', async ({ line, reported }) => {
    const [plain, json] = await Promise.all([lvsctl(line), lvsctl([...line, '--json'])]);
    expect(plain.stderr).toContain(reported);
    expectRefusal(plain, 3);
    expectJson(json);
    expect(json.exitCode).toBe(3);
  });
});

describe('a host that cannot be worked on stops a deploy before anything is changed anywhere', () => {
  putBackAfterFailure();
  beforeEach(() => onHost('rs2', `echo 0 > ${OPEN}`));

  const expectNothingDone = async ({ output }: Ended): Promise<void> => {
    expect(output).toContain('No changes made.');
    expect(await onHost('rs2', `cat ${OPEN}`)).toBe('0');
  };

  it('an address without a host, within its time-out', async () => {
    const inventory = overSsh(
      'far',
      { connect_timeout: 3 },
      text(article, 'address: 192.168.168.102', 'address: 192.168.168.150'),
    );
    const ended = await lvsctl(['deploy', ...inventory, '--yes']);
    expect(ended.stderr).toContain('rs1: 192.168.168.150:22 did not respond through the proxy command within 3 s');
    await expectNothingDone(ended);
    expectRefusal(ended, 4);

    const planned = await lvsctl(['plan', ...inventory, '--json']);
    expect(expectJson(planned)).toContainEqual(
      expect.objectContaining({ type: 'failure', code: 'unreachable', host: 'rs1', retryable: true }),
    );
    expect(planned.exitCode).toBe(4);
  });

  it('a key that the host does not know', async () => {
    const wrong = path.join(folder, 'wrong');
    const inventory = rs1OverSsh('key', { identity_file: wrong });
    const ended = await lvsctl(['deploy', ...inventory, '--yes'], { env: { SSH_AUTH_SOCK: '' } });
    expect(ended.stderr).toContain(`rs1: sshd rejected the login of root on 192.168.168.102:22: tried ${wrong}`);
    expect(ended.stderr).toContain('authorized_keys');
    await expectNothingDone(ended);
    expectRefusal(ended, 4);
  });

  it('a host key that has changed: the file and the line of the former one are named', async () => {
    const other = readFileSync(path.join(folder, 'wrong.pub'), 'utf8').split(' ', 2).join(' ');
    const lines = readFileSync(knownHosts, 'utf8').split('\n');
    const index = lines.findIndex((line) => line.includes('192.168.168.102'));
    const known = file('changed', lines.with(index, `192.168.168.102 ${other}`).join('\n'));
    const ended = await lvsctl(['deploy', ...overSsh('changed', { known_hosts: known }), '--yes']);
    expect(ended.stderr).toContain(`rs1: the host key of 192.168.168.102 has changed: ${known}:${index + 1}`);
    expect(ended.stderr).toContain(`ssh-keygen -R 192.168.168.102 -f ${known}`);
    await expectNothingDone(ended);
    expectRefusal(ended, 4);
  });

  it('a host key that is not known', async () => {
    const lines = readFileSync(knownHosts, 'utf8').split('\n');
    const known = file('unknown', lines.filter((line) => !line.includes('192.168.168.102')).join('\n'));
    const ended = await lvsctl(['deploy', ...overSsh('unknown', { known_hosts: known }), '--yes']);
    expect(ended.stderr).toMatch(/rs1: unknown host key of 192\.168\.168\.102: ssh-ed25519 SHA256:/);
    expect(ended.stderr).toContain('host_key_checking: accept-new');
    await expectNothingDone(ended);
    expectRefusal(ended, 4);
  });

  it('a login that is not root and has no sudo; with sudo it is as good as root', async () => {
    await onHost(
      'rs1',
      `useradd -m -s /bin/sh op && mkdir ~op/.ssh && cp /root/.ssh/authorized_keys ~op/.ssh/ && chown -R op ~op/.ssh`,
    );
    const inventory = rs1OverSsh('op', { user: 'op' });
    const without = await lvsctl(['deploy', ...inventory, '--yes']);
    expect(without.stderr).toContain('rs1: op is not root and sudo is not installed');
    expect(without.stderr).toContain('Log in as root, or install sudo on the host.');
    await expectNothingDone(without);
    expectRefusal(without, 4);

    await onHost('rs1', 'dpkg -i /mnt/Packages/sudo_*.deb >/dev/null');
    const asked = await lvsctl(['plan', ...inventory]);
    expect(asked.stderr).toContain('rs1: op is not root and sudo asks for a password');
    expect(asked.stderr).toContain('op ALL=(ALL) NOPASSWD: ALL');
    expectRefusal(asked, 4);

    await onHost('rs1', `echo 'op ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/op; echo 0 > ${OPEN}`);
    const allowed = await lvsctl(['deploy', ...inventory, '--yes']);
    expect(allowed.stdout).toContain('rs1: sysctl net.ipv4.conf.all.arp_announce: done');
    expect(allowed.exitCode, allowed.output).toBe(0);
  });

  it('a page in a folder of www-data, who has put a link to another file in its place', async () => {
    await onHost('rs1', 'mkdir /srv/www && ln -s /etc/shadow /srv/www/index.html && chown www-data /srv/www');
    const facts = (): Promise<string> => onHost('rs1', 'stat -c "%a %Y %s" /etc/shadow; ls -A /srv/www');
    const before = await facts();
    const inventory = [...ARTICLE, '-i', file('page.yml', 'web:\n  demo_path: /srv/www/index.html\n')];
    const planned = await lvsctl(['plan', ...inventory, '--diff']);
    const ended = await lvsctl(['deploy', ...inventory, '--yes']);
    for (const { output } of [planned, ended]) {
      expect(output).toContain('rs1: file /srv/www/index.html: /srv/www is owned by www-data');
      expect(output).toContain('chown root, chmod go-w');
      expect(output).not.toContain('root:');
    }
    await expectNothingDone(ended);
    expectRefusal(planned, 1);
    expectRefusal(ended, 1);
    expect(await facts()).toBe(before);
    await onHost('rs1', 'rm -r /srv/www');
  });
});

describe('a setting of a host', () => {
  putBackAfterFailure();

  it('that keeps files from being written stops a deploy before anything is changed', async () => {
    await onHost('rs2', `echo 0 > ${OPEN}`);
    await onHost(
      'rs1',
      'rm /usr/local/sbin/lvs.dr.sh; cd /; mount --bind /usr/local/sbin /usr/local/sbin; mount -o remount,bind,ro /usr/local/sbin',
    );
    const ended = await lvsctl(['deploy', ...ARTICLE, '--yes']);
    await onHost('rs1', 'umount /usr/local/sbin');
    expect(ended.output).toContain(
      'rs1: /usr/local/sbin is read-only, and file /usr/local/sbin/lvs.dr.sh would be written there',
    );
    expect(ended.output).toContain('mount -o remount,rw');
    expect(ended.output).toContain('No changes made.');
    expect(await onHost('rs2', `cat ${OPEN}`)).toBe('0');
    expectRefusal(ended, 1);
  });

  it('that overrules a sysctl at boot is a warning of the plan, as one that is read before is not', async () => {
    await deployed();
    await onHost('rs1', 'echo net.ipv4.conf.all.arp_ignore = 0 > /etc/sysctl.d/zzz.conf; sysctl -q --system');
    const planned = await lvsctl(['plan', ...ARTICLE]);
    expect(planned.output).toContain(
      'rs1: warning: /etc/sysctl.d/zzz.conf sets net.ipv4.conf.all.arp_ignore = 0 instead of 1, and it is read at boot',
    );
    expect(planned.output).toContain('net.ipv4.conf.all.arp_ignore\n        value: 0 → 1');
    await onHost('rs1', 'mv /etc/sysctl.d/zzz.conf /etc/sysctl.d/99-lan.conf; sysctl -q --system');
    const ended = await lvsctl(['plan', ...ARTICLE]);
    expect(ended.output).toContain('No changes.');
    await onHost('rs1', 'rm /etc/sysctl.d/99-lan.conf');
  });
});

describe('without a terminal', () => {
  putBackAfterFailure();
  beforeEach(() => onHost('rs2', `echo 0 > ${OPEN}`));

  it('a deploy shows its plan, does nothing and says how to agree beforehand', async () => {
    const [ended, json] = await Promise.all([
      lvsctl(['deploy', ...ARTICLE]),
      lvsctl(['deploy', ...ARTICLE, '--json'], { env: { FORCE_COLOR: '1' } }),
    ]);
    expect(ended.stdout).toContain('~ sysctl net.ipv4.conf.all.arp_announce');
    expect(ended.stderr).toContain('No changes made');
    expect(ended.stderr).toContain('--yes');
    expectRefusal(ended, 3);
    expectJson(json);
    expectRefusal(json, 3);
    expect(await onHost('rs2', `cat ${OPEN}`)).toBe('0');
  });
});

describe('without a client', () => {
  putBackAfterFailure();

  const noClient = (): readonly string[] =>
    overSsh('no-client', {}, text(article, 'client:\n  name: c1\n  address: 192.168.168.200\n', ''));

  it('verify proves the hosts and says that it is no proof of the service', async () => {
    await onHost('rs2', `echo 2 > ${OPEN}`);
    const ended = await lvsctl(['verify', ...noClient()]);
    expect(ended.stdout).toContain('ok    192.168.168.12 has one owner');
    expect(ended.stderr).toContain('Not verified from a client');
    expect(ended.stderr).toContain('Add `client: ADDRESS`');
    expectRefusal(ended, 3);
  });

  it('failover-test is refused before anything is broken', async () => {
    const ended = await lvsctl(['failover-test', ...noClient(), '--yes']);
    expect(ended.stderr).toContain('Cannot test failover');
    expect(ended.stdout).toBe('');
    expectRefusal(ended, 3);
  });

  it('deploy does its work, and says plainly what was not proven', async () => {
    await onHost('rs2', `echo 0 > ${OPEN}`);
    const ended = await lvsctl(['deploy', ...noClient(), '--yes']);
    expect(ended.stdout).toContain('1 change made.');
    expect(ended.stdout).toContain('Not verified from a client');
    expect(ended.exitCode).toBe(0);
  });
});

describe('with the lab down, other hosts with its addresses are not contacted', () => {
  /**
   * A network of its own in which 192.168.168.0/24 is there, where every packet that leaves is counted. The last line
   * that is printed is their number.
   */
  const COUNTING = `
mount -t sysfs sys /sys
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add lan type veth peer name far && ip link set far up
ip address add 192.168.168.5/24 dev lan && ip link set lan up && ip link set lo up
ip route add default via 192.168.168.1
rc=0
"$@" || rc=$?
echo
cat /sys/class/net/lan/statistics/tx_packets
exit $rc`;

  async function counted(command: readonly string[]): Promise<Ended & { readonly packets: number }> {
    const args = ['--net', '--mount', 'sh', '-c', COUNTING, 'sh', ...command];
    const ended = await run('unshare', args, { timeout: 15_000 }).then(
      ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({ ...error, exitCode: error.code }),
    );
    const packets = Number(ended.stdout.trim().split('\n').at(-1));
    return { ...ended, output: ended.stdout + ended.stderr, packets };
  }

  const deploy = (...inventory: readonly string[]): readonly string[] => [
    process.execPath,
    path.join(ROOT, 'bin/lvsctl.js'),
    'deploy',
    ...inventory,
    '--yes',
  ];

  it('the counter counts', async () => {
    const { packets } = await counted(['busybox', 'nc', '-w', '1', '192.168.168.100', '22']);
    expect(packets).toBeGreaterThan(0);
  });

  it('a deploy of the article fails at once with one message and sends no packet', async () => {
    const overlay = file('gone.yml', 'ssh: { lab: gone }\n');
    const ended = await counted(deploy('-i', ARTICLE_FILE, '-i', overlay));
    expect(ended.stderr).toContain(
      "dr1, dr2, rs1, rs2, c1: the lab 'gone' is down\n  Run `lvsctl lab up --name gone`.",
    );
    expect(ended.stderr.match(/is down/g)).toHaveLength(1);
    expectRefusal(ended, 4);
    expect(ended.packets).toBe(0);
  });

  it('nor does a deploy of the inventory that `lab up` wrote, with or without a key to offer', async () => {
    const paths = labPaths('gone');
    expect(existsSync(paths.controlNamespace)).toBe(false);
    const written = inventoryText(paths, TOPOLOGY);
    const withKey = text(text(written, paths.key, key), paths.knownHosts, knownHosts);
    const [bare, offering] = await Promise.all([
      counted(deploy(file('written.yml', written))),
      counted(deploy(file('with-key.yml', withKey))),
    ]);
    expectRefusal(bare, 4);
    expect(bare.packets).toBe(0);
    expect(offering.stderr).toContain(`dr1: the proxy command to 192.168.168.100:22 failed: `);
    expectRefusal(offering, 4);
    expect(offering.packets).toBe(0);
  });
});
