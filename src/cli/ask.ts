import { createInterface } from 'node:readline/promises';
import { Failure } from '../failure.ts';
import { printable } from '../text/printable.ts';

/** Asks for confirmation on the terminal. Any answer but yes means no. @throws Failure `interrupted` on Ctrl-C. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test(await askText(`${question} [y/N]`, signal));
}

/** Asks for a line on the terminal and trims it. @throws Failure `interrupted` on Ctrl-C. */
export async function askText(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const stopped = new AbortController();
  // Ctrl-D interrupts as Ctrl-C does: end of input is not an answer.
  terminal.on('SIGINT', () => stopped.abort());
  terminal.on('close', () => stopped.abort());
  try {
    const answer = await terminal.question(`${printable(question)} `, {
      signal: AbortSignal.any([signal, stopped.signal]),
    });
    return answer.trim();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') {
      throw new Failure('interrupted', 'Interrupted. No changes made.', { cause: error });
    }
    throw error;
  } finally {
    terminal.close();
  }
}
