import { expect, it } from 'vitest';
import type { VrrpEffect } from '../../../../src/agent/core/vrrp/event.ts';
import { Complaints } from '../../../../src/agent/shell/service/complaints.ts';
import { errno } from '../../../../src/agent/shell/sys/errno.ts';
import type { ProgramEnd } from '../../../../src/agent/shell/script/programs.ts';
import { doVrrp, settleFormer, type VrrpPort } from '../../../../src/agent/shell/vrrp-port.ts';
import { read } from '../../../unit/keepalived/read.ts';

const ADVERT = { kind: 'send', interface: 'lan', family: 'ipv4', destination: '192.0.2.9' } as VrrpEffect;
const CHECK = { kind: 'run-check', name: 'chk', script: { argv: ['/gone'] }, timeout: 1000 } as unknown as VrrpEffect;

/** A port on which sending and scripts fail, and its open problems. */
function ill() {
  const complaints = new Complaints({ log: () => undefined });
  const check = (_name: string, _script: unknown, _ms: number, onEnd: (end: ProgramEnd) => void): void =>
    onEnd({ kind: 'refused', reason: 'no such file' });
  const port = {
    complaints,
    sockets: { send: () => -errno('ENETUNREACH') },
    programs: { check },
    checked: () => undefined,
    became: () => undefined,
  } as unknown as VrrpPort;
  doVrrp(port, ADVERT);
  doVrrp(port, CHECK);
  return { complaints, port };
}

const SCRIPT = 'vrrp_script chk: no such file';
const ADVERTS = 'lan: cannot send adverts to 192.0.2.9: network is unreachable (ENETUNREACH)';

const vrrpOf = (text: string) => {
  const { conf } = read(text);
  if (conf === undefined) throw new Error('no configuration');
  return conf.vrrp;
};

it('raises a problem for failed sends and scripts', () => {
  expect(ill().complaints.list()).toEqual([ADVERTS, SCRIPT]);
});

it('resolves problems of removed scripts and peers on a reload', () => {
  const { complaints } = ill();
  settleFormer(complaints, vrrpOf(''));
  expect(complaints.list()).toEqual([]);
});

it('keeps the problem of a remaining script until it runs', () => {
  const { complaints } = ill();
  settleFormer(complaints, vrrpOf('vrrp_script chk {\nscript /gone\n}\n'));
  expect(complaints.list()).toEqual([SCRIPT]);
});

it('resolves send problems when no longer MASTER', () => {
  const { complaints, port } = ill();
  doVrrp(port, { kind: 'became', instance: 'A', state: 'BACKUP' });
  expect(complaints.list()).toEqual([SCRIPT]);
});
