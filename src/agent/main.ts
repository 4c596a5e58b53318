import { encodeUtf8 } from './core/bytes/text.ts';
import { writeAll } from './shell/files.ts';
import { HELP, parseOptions } from './shell/options.ts';
import { run } from './shell/run.ts';
import { askStatus } from './shell/status-socket.ts';
import type { Sys } from './shell/sys.ts';

const STDOUT = 1;
const STDERR = 2;

/** The program: from the command line to the exit code. */
export async function main(sys: Sys): Promise<number> {
  const print = (fd: number, text: string): void => {
    writeAll(sys, fd, encodeUtf8(text));
  };
  const options = parseOptions(sys.argv);
  if (typeof options === 'string') {
    print(STDERR, `lvs-agent: ${options}\n`);
    return 1;
  }
  switch (options.command) {
    case 'help':
      print(STDOUT, HELP);
      return 0;
    case 'version':
      print(STDOUT, 'lvs-agent 0.1.0\n');
      return 0;
    case 'status': {
      const status = askStatus(sys, options.statusSocket);
      if ('text' in status) print(STDOUT, status.text);
      else print(STDERR, `lvs-agent: ${options.statusSocket}: ${status.failure}\n`);
      return 'text' in status ? 0 : 1;
    }
    case 'test':
    case 'replay':
      return 1;
    case 'run':
      return run(sys, options);
  }
}
