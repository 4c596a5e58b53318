import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderTemplate } from '../../src/render/template.ts';

// systemd itself reads the unit and rates it.

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-unit-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Needs {
  readonly scripts: boolean;
  readonly trackedFiles: boolean;
  readonly trackedProcesses: boolean;
}

function write(needs: Needs): string {
  const file = path.join(folder, JSON.stringify(Object.values(needs)), 'lvs-agent.service');
  mkdirSync(path.dirname(file), { recursive: true });
  const unit = renderTemplate('etc/systemd/system/lvs-agent.service', { name: 'dr1', cluster: 'test', ...needs });
  // The program is not installed here, and verify asks for it.
  writeFileSync(file, unit.replace('/usr/local/sbin/lvs-agent', '/bin/true'));
  return file;
}

function analyze(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

const NONE: Needs = { scripts: false, trackedFiles: false, trackedProcesses: false };
const UNITS: readonly { readonly name: string; readonly needs: Needs; readonly tenths: number }[] = [
  { name: 'without scripts', needs: NONE, tenths: 29 },
  { name: 'with tracked files', needs: { ...NONE, trackedFiles: true }, tenths: 29 },
  { name: 'with scripts', needs: { ...NONE, scripts: true }, tenths: 85 },
];

describe("the agent's unit", () => {
  it.each(UNITS)('$name is understood by systemd', ({ needs }) => {
    expect(analyze('verify', write(needs))).toEqual({ status: 0, said: '' });
  });

  it.each(UNITS)('$name is rated $tenths tenths or better', ({ needs, tenths }) => {
    const { status, said } = analyze('security', '--offline=true', `--threshold=${tenths}`, write(needs));
    expect(status, said).toBe(0);
  });
});
