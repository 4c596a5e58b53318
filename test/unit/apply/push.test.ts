import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushFiles } from '../../../src/apply/push.ts';
import { Failure } from '../../../src/failure.ts';
import { sh } from '../../../src/remote/command.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import type { Upload } from '../../../src/resources/resource.ts';
import { SHELLS, runIn } from '../../support/shells.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-push-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const upload = (name: string, bytes: Buffer): Upload => ({
  at: path.join(folder, 'store', name),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  size: bytes.length,
  title: name,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
const large = Buffer.alloc(2_500_000, 'a packet of bytes ');
const uploads = () => [
  upload('large', large),
  upload('small', Buffer.from([0, 255, 10])),
  upload('tiny', Buffer.from('x')),
];

/** This machine as a host. @param lostAfter the run with which the connection is lost */
function host(shell: (typeof SHELLS)[number], lostAfter = Infinity) {
  const scripts: string[] = [];
  const transport: Transport = {
    host: 'dr1',
    run: (command) => {
      if (scripts.length >= lostAfter)
        return Promise.reject(new Failure('connection-lost', 'dr1: the host closed the connection'));
      scripts.push(command.script);
      const { exitCode, stdout, stderr } = runIn(shell, sh`(${command})`);
      return Promise.resolve({ exitCode: exitCode ?? -1, stdout, stderr });
    },
    close: () => undefined,
  };
  return { transport, scripts };
}

const pushing = { signal: new AbortController().signal, report: () => undefined };
const sent = (scripts: readonly string[]) => scripts.reduce((sum, script) => sum + script.length, 0);
const stored = () => readdirSync(path.join(folder, 'store')).sort();

describe.each(SHELLS)('files sent to a host with $name', (shell) => {
  it('arrive whole, small ones in one script', async () => {
    const { transport, scripts } = host(shell);
    await pushFiles(transport, uploads(), pushing);
    expect(stored()).toEqual(['large', 'small', 'tiny']);
    expect(readFileSync(path.join(folder, 'store', 'large')).equals(large)).toBe(true);
    expect([...readFileSync(path.join(folder, 'store', 'small'))]).toEqual([0, 255, 10]);
    // An observation before and after, and three pieces.
    expect(scripts).toHaveLength(5);
  });

  it('go on where a lost connection stopped', async () => {
    const first = host(shell, 3);
    await expect(pushFiles(first.transport, uploads(), pushing)).rejects.toThrow('closed the connection');
    expect(stored()).toEqual(['large.part']);
    const second = host(shell);
    await pushFiles(second.transport, uploads(), pushing);
    expect(stored()).toEqual(['large', 'small', 'tiny']);
    expect(readFileSync(path.join(folder, 'store', 'large')).equals(large)).toBe(true);
    expect(sent(second.scripts)).toBeLessThan(600_000);
  });

  it('begin anew when what had arrived was another file', async () => {
    const first = host(shell, 3);
    await expect(pushFiles(first.transport, uploads(), pushing)).rejects.toThrow('closed the connection');
    writeFileSync(path.join(folder, 'store', 'large.part'), Buffer.alloc(2_097_152));
    await pushFiles(host(shell).transport, uploads(), pushing);
    expect(readFileSync(path.join(folder, 'store', 'large')).equals(large)).toBe(true);
  });

  it('never get their name with a wrong checksum', async () => {
    const wrong = { ...upload('small', Buffer.from('x')), sha256: '0'.repeat(64) };
    await expect(pushFiles(host(shell).transport, [wrong], pushing)).rejects.toThrow(
      'dr1: small does not arrive whole',
    );
    expect(stored()).toEqual([]);
  });

  it('are not sent when the disk has no room for them', async () => {
    const { transport, scripts } = host(shell);
    const huge = { ...upload('huge', Buffer.from('x')), size: 2 ** 50 };
    await expect(pushFiles(transport, [{ ...huge, read: () => new Uint8Array() }], pushing)).rejects.toThrow(/ free$/);
    expect(scripts).toHaveLength(1);
  });
});
