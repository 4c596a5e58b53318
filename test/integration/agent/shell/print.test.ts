import { expect, it } from 'vitest';
import { decodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { errno } from '../../../../src/agent/shell/sys/errno.ts';
import { printAnswer } from '../../../../src/agent/shell/sys/print.ts';
import type { SysArg } from '../../../../src/agent/shell/sys/sys.ts';
import { fakeSys } from '../shell-check/fake-sys.ts';

/** The output to stdout and stderr. @param results of successive writes; later ones succeed */
function printed(results: readonly number[], text: string) {
  const answers = [...results];
  const out = ['', '', ''];
  const write = (fd: SysArg, bytes: SysArg, length: SysArg): number => {
    if (typeof fd !== 'number' || !(bytes instanceof Uint8Array)) throw new Error('no write');
    const result = Math.min(Number(length), answers.shift() ?? Infinity);
    out[fd] = `${out[fd] ?? ''}${decodeUtf8(bytes.subarray(0, Math.max(0, result)))}`;
    return result;
  };
  const { sys, calls } = fakeSys({ write, ppoll: 1 });
  const exit = printAnswer(sys, text);
  return { exit, stdout: out[1], stderr: out[2], waits: calls.filter((name) => name === 'ppoll').length };
}

it('writes a long answer to a slow non-blocking pipe', () => {
  const text = 'x'.repeat(200_000);
  const results = [65_536, -errno('EAGAIN'), 100, -errno('EINTR'), -errno('EAGAIN'), 1];
  expect(printed(results, text)).toEqual({ exit: 0, stdout: text, stderr: '', waits: 2 });
});

it('returns an exit code for an incomplete write', () => {
  expect(printed([3, -errno('ENOSPC')], 'answer')).toEqual({
    exit: 1,
    stdout: 'ans',
    stderr: 'lvs-agent: cannot write to stdout: no space left (ENOSPC)\n',
    waits: 0,
  });
});
