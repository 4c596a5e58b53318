import { createInterface } from 'node:readline/promises';
import { Failure } from '../failure.ts';

/** Asks on the terminal; anything but yes is no. @throws Failure `interrupted` on Ctrl-C. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const stopped = new AbortController();
  terminal.on('SIGINT', () => stopped.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: AbortSignal.any([signal, stopped.signal]) });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') {
      throw new Failure('interrupted', 'Interrupted; nothing was changed.');
    }
    throw error;
  } finally {
    terminal.close();
  }
}
