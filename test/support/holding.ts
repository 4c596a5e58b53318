import type { RunOptions } from '../../src/remote/transport.ts';

/** What a fake host does with the script that holds a lease: it keeps it until it is released, or given up. */
export async function holding(options: RunOptions, answer: (line: string) => string | undefined = () => 'kept') {
  options.onLine?.('locked');
  await new Promise<void>((resolve) => {
    options.signal.addEventListener('abort', () => resolve());
    options.onInput?.((line) => {
      if (line === 'release') resolve();
      const said = answer(line);
      if (line === 'beat' && said !== undefined) options.onLine?.(said);
    });
  });
  return {};
}
