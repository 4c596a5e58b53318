import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Failure } from '../failure.ts';
import { printable } from '../text/printable.ts';

/** Asks for confirmation on the terminal. Any answer but yes means no. @throws Failure `interrupted` on Ctrl-C. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test(await askText(`${question} [y/N]`, signal));
}

/** Asks for a line on the terminal and trims it. @throws Failure `interrupted` on Ctrl-C. */
export async function askText(question: string, signal: AbortSignal): Promise<string> {
  return (await ask(question, signal, process.stdout)).trim();
}

/** Asks for a line that is not shown while it is typed. @throws Failure `interrupted` on Ctrl-C. */
export async function askHidden(question: string, signal: AbortSignal): Promise<string> {
  process.stdout.write(`${printable(question)} `);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  try {
    return await ask('', signal, silent);
  } finally {
    process.stdout.write('\n');
  }
}

async function ask(question: string, signal: AbortSignal, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  const stopped = new AbortController();
  // Ctrl-D interrupts as Ctrl-C does: end of input is not an answer.
  terminal.on('SIGINT', () => stopped.abort());
  terminal.on('close', () => stopped.abort());
  try {
    return await terminal.question(question === '' ? '' : `${printable(question)} `, {
      signal: AbortSignal.any([signal, stopped.signal]),
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') {
      throw new Failure('interrupted', 'Interrupted. No changes made.', { cause: error });
    }
    throw error;
  } finally {
    terminal.close();
  }
}
