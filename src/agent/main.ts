import { decodeUtf8, encodeUtf8 } from './core/bytes/text.ts';
import { vrrpStatus } from './core/vrrp/status.ts';
import { describeErrno } from './shell/errno.ts';
import { readFile, writeAll } from './shell/files.ts';
import { printConf } from './shell/conf-reader.ts';
import { loadConf } from './shell/load-conf.ts';
import { HELP, parseOptions } from './shell/options.ts';
import { run } from './shell/run.ts';
import { askStatus } from './shell/status-socket.ts';
import { healthStatus } from './shell/health-status.ts';
import { replay } from './shell/replay.ts';
import { VERSION } from './shell/version.ts';
import type { Sys } from './shell/sys.ts';

const STDOUT = 1;
const STDERR = 2;
const WHERE_TO_LOOK = '`systemctl status lvs-agent` tells whether one runs; -s names another socket';

type Print = (fd: number, text: string) => void;

/** The program: from the command line to the exit code. */
export async function main(sys: Sys): Promise<number> {
  const print: Print = (fd, text) => {
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
      print(STDOUT, `lvs-agent ${VERSION}\n`);
      return 0;
    case 'status': {
      const status = askStatus(sys, options.statusSocket);
      if ('text' in status) print(STDOUT, status.text);
      else print(STDERR, `lvs-agent: ${options.statusSocket}: ${status.failure}. ${WHERE_TO_LOOK}\n`);
      return 'text' in status ? 0 : 1;
    }
    case 'test': {
      const { lines, exit } = loadConf(sys, options);
      for (const line of lines) print(STDERR, `${line}\n`);
      return exit;
    }
    case 'parse':
      print(STDOUT, printConf(loadConf(sys, options)));
      return 0;
    case 'replay':
      return runReplay(sys, options.file, print);
    case 'run':
      return run(sys, options);
  }
}

/** 0 when the recording ends as it did; the state at its end goes to stdout. */
function runReplay(sys: Sys, file: string, print: Print): number {
  const bytes = readFile(sys, file, Number.MAX_SAFE_INTEGER);
  if (typeof bytes === 'number') {
    print(STDERR, `lvs-agent: ${file}: ${describeErrno(bytes)}\n`);
    return 1;
  }
  try {
    const { state, events, hash, recorded, version } = replay(decodeUtf8(bytes));
    const result = { version, events, hash, recorded: recorded ?? null };
    const document = { ...result, vrrp: vrrpStatus(state.vrrp), health: healthStatus(state.health) };
    print(STDOUT, `${JSON.stringify(document, undefined, 2)}\n`);
    return recorded === undefined || recorded === hash ? 0 : 1;
  } catch (error) {
    print(STDERR, `lvs-agent: ${file} is no recording: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
