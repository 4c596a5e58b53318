import { expect, it } from 'vitest';
import type { Conf } from '../../../../src/keepalived/model/conf.ts';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { Complaints } from '../../../../src/agent/shell/service/complaints.ts';
import { IpvsAccess } from '../../../../src/agent/shell/ipvs/ipvs-access.ts';
import type { Exit, Sys } from '../../../../src/agent/shell/sys/sys.ts';
import { read } from '../../../unit/keepalived/read.ts';
import { fakeLoop } from '../shell-check/fake-loop.ts';

const SERVED =
  'virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\nweight 1\n}\n}\n';

/** A host without IPVS and a running modprobe; `end` lets it fail. */
function withoutIpvs() {
  let ended: ((exit: Exit) => void) | undefined;
  const syscalls: Readonly<Record<number, number>> = { 45: -11, 269: 0 };
  const sys: Sys = { ...nodeSys([]), arch: 'x64', syscall: (number) => syscalls[number] ?? 7, spawn: () => 99 };
  const loop = { ...fakeLoop(), onExit: (_pid: number, exited: (exit: Exit) => void) => (ended = exited) };
  const journal = { log: () => undefined };
  const complaints = new Complaints(journal);
  const access = new IpvsAccess(
    { sys, loop, journal, complaints },
    () => undefined,
    () => undefined,
  );
  access.configure(conf(SERVED));
  expect(complaints.list()).toEqual([]);
  const end = (): readonly string[] => {
    ended?.({ pid: 99, code: 1, signal: undefined });
    return complaints.list();
  };
  return { access, complaints, end };
}

function conf(text: string): Conf {
  const { conf: built } = read(text);
  if (built === undefined) throw new Error('no configuration');
  return built;
}

it('reports missing IPVS after modprobe failed', () => {
  expect(withoutIpvs().end()).toEqual([expect.stringContaining('IPVS is not available')]);
});

it('ignores modprobe after a reload that needs no IPVS', () => {
  const { access, end } = withoutIpvs();
  access.configure(conf(''));
  expect(end()).toEqual([]);
});

it('resolves missing IPVS on a reload that needs none', () => {
  const { access, complaints, end } = withoutIpvs();
  end();
  access.configure(conf(''));
  expect(complaints.list()).toEqual([]);
});

it('does not restore the table if modprobe ends after stop', () => {
  const { access, end } = withoutIpvs();
  access.close();
  expect(end()).toEqual([]);
});
