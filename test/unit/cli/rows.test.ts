import { expect, it, onTestFinished, vi } from 'vitest';
import { drawPhase } from '../../../src/cli/rows.ts';

/** What a phase draws on a terminal, with what listr2 steers it with taken out. */
async function drawn(text: string): Promise<string> {
  let written = '';
  const tty = process.stdout.isTTY;
  process.stdout.isTTY = true;
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written += String(chunk);
    return true;
  });
  onTestFinished(() => {
    write.mockRestore();
    process.stdout.isTTY = tty;
  });
  const phase = await drawPhase(['dr1', text], `wave ${text}`);
  phase.rows.get('dr1')?.say(text);
  phase.remark(text);
  await vi.waitFor(() => expect(written).toContain('forged'), { timeout: 30_000 });
  phase.rows.get('dr1')?.end();
  phase.rows.get(text)?.end(text);
  await phase.drawn;
  write.mockRestore();
  const steering = new RegExp(
    `${String.fromCharCode(27)}\\[(?:[0-9;]*m|\\?25[hl]|\\?7[hl]|\\?2026[hl]|[0-9]*[AGJK])`,
    'g',
  );
  return written.replaceAll(steering, '');
}

it('draws only printable characters', async () => {
  const all = await drawn('\u001B]0;title\u0007\u001B[5;5H\rforged\nVerified.\u202E\u009B');
  expect(all).toContain('^[]0;title^G^[[5;5H^Mforged^JVerified.');
  expect(all.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
});
