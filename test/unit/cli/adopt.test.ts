import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AdoptFlags, adopt } from '../../../src/cli/commands/adopt.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { failureOf } from '../../support/failure-of.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { temporaryFolder } from '../../support/shells.ts';

const CONF = `vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    192.0.2.10
  }
}
virtual_server 192.0.2.10 80 {
  delay_loop 6
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.21 80 {
    TCP_CHECK {
    }
  }
}
`;

/** A folder with files, and the command in it. */
function inFolder(files: Readonly<Record<string, string>>) {
  const cwd = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
  const streams = recordingStreams();
  const run = (flags: AdoptFlags, json = false) =>
    adopt(
      {
        screen: openScreen({ json, color: false }, {}, streams),
        verbose: false,
        signal: new AbortController().signal,
        env: {},
        cwd,
      },
      flags,
    );
  return { cwd, run, streams };
}

describe('lvsctl adopt --from', () => {
  it('prints the inventory, and what it says of it beside it', async () => {
    const { run, streams } = inFolder({ 'dr1.conf': CONF });
    const exit = await run({ from: ['dr1.conf'], director: ['dr1=192.0.2.1'] });
    expect(streams.out()).toContain('vip: 192.0.2.10\ndirectors:\n  - { name: dr1, address: 192.0.2.1,');
    expect(streams.err()).toContain('It renders the configuration that was adopted.');
    expect(exit).toBe(0);
  });

  it('writes a file that others cannot read, once', async () => {
    const { cwd, run } = inFolder({ 'dr1.conf': CONF });
    const flags = { from: ['dr1.conf'], output: 'inventory.yml' };
    expect(await run(flags)).toBe(0);
    const written = path.join(cwd, 'inventory.yml');
    expect(statSync(written).mode & 0o777).toBe(0o600);
    expect((await failureOf(run(flags))).message).toBe('inventory.yml already exists.');
    writeFileSync(written, '');
    expect(await run({ ...flags, force: true })).toBe(0);
    expect(readFileSync(written, 'utf8')).toContain('vip: 192.0.2.10');
  });

  it('escapes control characters', async () => {
    const { run, streams } = inFolder({ 'dr1.conf': CONF.replace('priority 100', 'priority 100\n  odd\u001b[2J x') });
    await run({ from: ['dr1.conf'] });
    expect(`${streams.out()}${streams.err()}`).not.toContain('\u001b');
  });

  it('reads what a file includes from its own folder alone', async () => {
    const { cwd, run, streams } = inFolder({
      'dr1.conf': `include /etc/keepalived/inner.conf\ninclude /etc/hostname\ninclude ../*\n`,
      'inner.conf': CONF,
    });
    expect(existsSync('/etc/hostname')).toBe(true);
    await run({ from: [path.join(cwd, 'dr1.conf')] });
    expect(streams.out()).toContain('vip: 192.0.2.10');
    expect(streams.out()).toContain('/etc/hostname is included and is not among the files');
  });

  it.each([
    [{ from: ['none.conf'] }, 'none.conf cannot be read.'],
    [{ from: ['dr1.conf'], director: ['dr1'] }, '--director takes NAME=ADDRESS, not dr1.'],
  ])('refuses %j', async (flags, message) => {
    const { run } = inFolder({ 'dr1.conf': CONF });
    expect((await failureOf(run(flags))).message).toBe(message);
  });
});
