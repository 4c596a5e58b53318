import { decodeUtf8 } from '../keepalived/text/utf8.ts';
import { vrrpStatus } from './core/vrrp/status.ts';
import { describeErrno } from './shell/sys/errno.ts';
import { readFile } from './shell/sys/files.ts';
import { printConf } from './shell/conf/conf-reader.ts';
import { loadConf } from './shell/conf/load-conf.ts';
import { HELP, parseOptions } from './shell/options.ts';
import { run } from './shell/run.ts';
import { printAnswer, printComplaint, printLine } from './shell/sys/print.ts';
import { askStatus } from './shell/service/status-socket.ts';
import { healthStatus } from './shell/service/health-status.ts';
import { replay } from './shell/record/replay.ts';
import { VERSION } from './shell/version.ts';
import type { Sys } from './shell/sys/sys.ts';

const STATUS_HINT = 'Check `systemctl status lvs-agent`, or use -s for another socket';

/** Runs the program. @returns the exit code */
export async function main(sys: Sys): Promise<number> {
  const options = parseOptions(sys.argv);
  if (typeof options === 'string') {
    printComplaint(sys, options);
    return 1;
  }
  switch (options.command) {
    case 'help':
      return printAnswer(sys, HELP);
    case 'version':
      return printAnswer(sys, `lvs-agent ${VERSION}\n`);
    case 'status': {
      const status = askStatus(sys, options.statusSocket);
      if ('text' in status) return printAnswer(sys, status.text);
      printComplaint(sys, `${options.statusSocket}: ${status.failure}. ${STATUS_HINT}`);
      return 1;
    }
    case 'test': {
      const { lines, exit } = loadConf(sys, options);
      for (const { text } of lines) printLine(sys, text);
      return exit;
    }
    case 'parse':
      return printAnswer(sys, printConf(loadConf(sys, options)));
    case 'replay':
      return runReplay(sys, options.file);
    case 'run':
      return run(sys, options);
  }
}

/** Prints the final state. @returns 0 if the replay ends as recorded */
function runReplay(sys: Sys, file: string): number {
  const bytes = readFile(sys, file, Number.MAX_SAFE_INTEGER);
  if (typeof bytes === 'number') {
    printComplaint(sys, `${file}: ${describeErrno(bytes)}`);
    return 1;
  }
  try {
    const { state, events, hash, recorded, version } = replay(decodeUtf8(bytes));
    const result = { version, events, hash, recorded: recorded ?? null };
    const document = { ...result, vrrp: vrrpStatus(state.vrrp), health: healthStatus(state.health) };
    const code = printAnswer(sys, `${JSON.stringify(document, undefined, 2)}\n`);
    return recorded === undefined || recorded === hash ? code : 1;
  } catch (error) {
    printComplaint(sys, `${file} is not a recording: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
