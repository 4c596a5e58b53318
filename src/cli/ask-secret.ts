import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Failure } from '../failure.ts';

/** Asks for a line on the terminal without showing it. @throws Failure `interrupted` on Ctrl-C and Ctrl-D */
export async function askSecret(question: string, signal: AbortSignal): Promise<string> {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nothing, terminal: true, historySize: 0 });
  const stopped = new AbortController();
  terminal.on('SIGINT', () => stopped.abort());
  terminal.on('close', () => stopped.abort());
  process.stderr.write(`${question}: `);
  try {
    return await terminal.question('', { signal: AbortSignal.any([signal, stopped.signal]) });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError')
      throw new Failure('interrupted', 'Interrupted. No changes made.', { cause: error });
    throw error;
  } finally {
    process.stderr.write('\n');
    terminal.close();
  }
}
