import { describe, expect, it } from 'vitest';
import { arm, inject, parseArm } from '../../../src/failover/arming.ts';
import { type Fault, isPossible } from '../../../src/failover/fault.ts';
import { stopDaemon } from '../../../src/failover/faults/daemon.ts';
import { cleanUp, parsePutBack, putBack } from '../../../src/failover/put-back.ts';
import { type FaultHost, faultHost } from '../../support/fault-host.ts';
import { SHELLS, type Shell } from '../../support/shells.ts';
import { choiceIn, clusterOf, takeoverIn } from '../../unit/failover/cluster.ts';

const cluster = clusterOf();
const possible = stopDaemon(choiceIn(cluster), takeoverIn(cluster));
if (!isPossible(possible)) throw new Error('not possible');
const fault: Fault = possible;
const KEEPALIVED = 'keepalived.service';
const UNDO = 'lvsctl-failover-undo-daemon';
const TOKEN = '5c0f9a4e-0000-4000-8000-000000000001';

/** A director on which keepalived runs and starts at boot. */
function director(shell: Shell): FaultHost {
  const host = faultHost(shell);
  host.write(`active/${KEEPALIVED}`, '');
  host.write(`enabled/${KEEPALIVED}`, 'enabled\n');
  host.write(`show/${KEEPALIVED}`, 'RefuseManualStart=no\nRefuseManualStop=no\nWantedBy=multi-user.target\n');
  return host;
}

function armed(shell: Shell): FaultHost {
  const host = director(shell);
  const { stdout, stderr, exitCode } = host.run(arm(fault, TOKEN));
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'armed\n', stderr: '', exitCode: 0 });
  return host;
}

function broken(shell: Shell): FaultHost {
  const host = armed(shell);
  expect(host.run(inject(fault, TOKEN))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  expect(host.active(KEEPALIVED)).toBe(false);
  return host;
}

describe.each(SHELLS)('a fault in $name', (shell) => {
  it('is injected, undone and cleaned up, with times of the uptime', () => {
    const host = broken(shell);
    host.setUptime('1003.25');
    const { stdout, exitCode } = host.run(putBack(fault, TOKEN));
    expect(exitCode).toBe(0);
    expect(parsePutBack(stdout)).toEqual({
      beganMs: 1_000_000,
      undoneMs: 1_003_250,
      undoneBy: 'lvsctl',
      refused: undefined,
      gone: false,
    });
    expect(host.active(KEEPALIVED)).toBe(true);
    expect(host.read('log')).toContain(`stop ${UNDO}.timer`);
    host.setUptime('1009.00');
    expect(parsePutBack(host.run(putBack(fault, TOKEN)).stdout)).toEqual(parsePutBack(stdout));
    expect(host.run(cleanUp()).stdout).toBe('');
    expect(host.has('state')).toBe(false);
  });

  it('refuses to begin too late', () => {
    const host = armed(shell);
    host.setUptime('1015.01');
    const { exitCode, stderr } = host.run(inject(fault, TOKEN));
    expect(stderr).toBe('refused: too late; the fault must begin within 15 s after arming\n');
    expect(exitCode).toBe(1);
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('begins in the last hundredth of the permitted time', () => {
    const host = armed(shell);
    host.setUptime('1015.00');
    expect(host.run(inject(fault, TOKEN)).exitCode).toBe(0);
    expect(host.active(KEEPALIVED)).toBe(false);
  });

  it('refuses to begin after the timer has fired', () => {
    const host = armed(shell);
    expect(host.runUnit(UNDO).exitCode).toBe(0);
    const { exitCode, stderr } = host.run(inject(fault, TOKEN));
    expect(stderr).toContain('no longer armed');
    expect(exitCode).toBe(1);
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('refuses commands of an earlier arming, whose undo does not affect this one', () => {
    const host = broken(shell);
    const former = '5c0f9a4e-0000-4000-8000-000000000002';
    expect(host.run(inject(fault, former)).exitCode).toBe(1);
    expect(parsePutBack(host.run(putBack(fault, former)).stdout).gone).toBe(true);
    expect(host.active(KEEPALIVED)).toBe(false);
  });

  it('refuses to begin after a reboot, which removes the record', () => {
    const host = armed(shell);
    host.remove('state');
    expect(host.run(inject(fault, TOKEN)).exitCode).not.toBe(0);
    expect(host.active(KEEPALIVED)).toBe(true);
    expect(parsePutBack(host.run(putBack(fault, TOKEN)).stdout).gone).toBe(true);
  });

  it('is undone by the timer, which retries with growing pauses until the unit is active', () => {
    const host = broken(shell);
    host.write(`fails/${KEEPALIVED}`, '6');
    host.setUptime('1014.00');
    expect(host.runUnit(UNDO).exitCode).toBe(0);
    expect(host.active(KEEPALIVED)).toBe(true);
    const pauses = [...host.read('log').matchAll(/^sleep (\d+)$/gm)].map(([, seconds]) => Number(seconds));
    // A second to see whether the unit stays active stands before each pause.
    expect(pauses.filter((_, index) => index % 2 === 1)).toEqual([1, 2, 4, 8, 16, 30]);
    expect(parsePutBack(host.run(putBack(fault, TOKEN)).stdout)).toMatchObject({
      undoneBy: 'timer',
      undoneMs: 1_014_000,
    });
  });

  it('stays armed with its timer, and reports why, when lvsctl cannot undo it', () => {
    const host = broken(shell);
    host.write(`fails/${KEEPALIVED}`, '1');
    const failed = host.run(putBack(fault, TOKEN));
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain(`not undone yet: ${KEEPALIVED} is inactive, see: systemctl status ${KEEPALIVED}`);
    expect(host.read('log')).not.toContain(`stop ${UNDO}.timer ${UNDO}.service\n`.repeat(2));
    expect(host.run(inject(fault, TOKEN)).exitCode).toBe(1);
    expect(host.run(putBack(fault, TOKEN)).exitCode).toBe(0);
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('is undone and reported by the next run when everything else has died', () => {
    const host = broken(shell);
    expect(host.run(cleanUp())).toMatchObject({ stdout: 'left daemon\n', exitCode: 0 });
    expect(host.active(KEEPALIVED)).toBe(true);
    expect(host.has('state')).toBe(false);
  });

  it('fails the clean-up, and keeps the record, until the host is restored', () => {
    const host = broken(shell);
    host.write(`fails/${KEEPALIVED}`, '1');
    expect(host.run(cleanUp())).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not undone yet') });
    expect(host.run(cleanUp())).toMatchObject({ exitCode: 0, stdout: 'left daemon\n' });
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('does not start a unit that was stopped on purpose after the undo', () => {
    const host = broken(shell);
    host.runUnit(UNDO);
    host.remove(`active/${KEEPALIVED}`);
    expect(host.run(cleanUp())).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(host.active(KEEPALIVED)).toBe(false);
  });

  it('starts units that systemd stopped along with it', () => {
    const host = director(shell);
    host.write('active/exporter.service', '');
    host.write('active/report.service', '');
    host.write(
      `show/${KEEPALIVED}`,
      'RefuseManualStart=no\nRefuseManualStop=no\nBoundBy=exporter.service idle.service\n',
    );
    host.write('show/exporter.service', 'ConsistsOf=report.service\n');
    host.run(arm(fault, TOKEN));
    host.run(inject(fault, TOKEN));
    host.remove('active/exporter.service');
    host.remove('active/report.service');
    expect(host.run(putBack(fault, TOKEN)).exitCode).toBe(0);
    expect(host.active('exporter.service') && host.active('report.service')).toBe(true);
    expect(host.active('idle.service')).toBe(false);
  });

  it.each([
    ['is disabled', 'enabled/keepalived.service', 'disabled\n', /is disabled: a reboot .* systemctl enable keepalived/],
    ['is enabled until the next boot', 'enabled/keepalived.service', 'enabled-runtime\n', /only enabled-runtime/],
    ['is masked', 'enabled/keepalived.service', 'masked\n', /is masked .*systemctl unmask/],
    ['must not be started by hand', 'show/keepalived.service', 'RefuseManualStart=yes\n', /RefuseManualStart/],
    [
      'takes a scope with it',
      'show/keepalived.service',
      'RefuseManualStart=no\nRefuseManualStop=no\nBoundBy=a.scope\n',
      /a\.scope/,
    ],
  ])('is refused when the unit %s, leaving nothing on the host', (_, file, text, reason) => {
    const host = director(shell);
    host.write('active/a.scope', '');
    if (text === 'disabled\n') host.write(`show/${KEEPALIVED}`, 'RefuseManualStart=no\nRefuseManualStop=no\n');
    host.write(file, text);
    const ran = host.run(arm(fault, TOKEN));
    expect(parseArm(ran.stdout)).toMatch(reason);
    expect(host.has('state/daemon.undo') || host.has('state/daemon.armed')).toBe(false);
    expect(host.run(inject(fault, TOKEN)).exitCode).toBe(1);
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('is refused when systemd cannot start the timer', () => {
    const host = director(shell);
    host.write('no-timers', '');
    expect(parseArm(host.run(arm(fault, TOKEN)).stdout)).toBe('systemd cannot start the undo timer');
    expect(host.run(inject(fault, TOKEN)).exitCode).toBe(1);
  });

  it('is refused without flock', () => {
    const host = director(shell);
    host.remove('bin/flock');
    host.withoutPrograms();
    expect(parseArm(host.run(arm(fault, TOKEN)).stdout)).toContain('flock is missing');
    expect(host.run(inject(fault, TOKEN)).exitCode).not.toBe(0);
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('is refused while a fault of the same kind is not undone', () => {
    const host = broken(shell);
    const ran = host.run(arm(fault, '5c0f9a4e-0000-4000-8000-000000000003'));
    expect(parseArm(ran.stdout)).toBeDefined();
    expect(host.run(putBack(fault, TOKEN)).exitCode).toBe(0);
    expect(host.active(KEEPALIVED)).toBe(true);
  });

  it('keeps its record private to root, and does not follow a link in place of the folder', () => {
    const host = armed(shell);
    expect(host.run(cleanUp()).exitCode).toBe(0);
    host.run({ ...cleanUp(), script: `mkdir ${host.state}-other && ln -s ${host.state}-other ${host.state}` });
    expect(host.run(arm(fault, TOKEN))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('not a directory owned by root'),
    });
  });
});
