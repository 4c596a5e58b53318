import { setMaxListeners } from 'node:events';
import { CommanderError } from 'commander';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import type { Context } from './context.ts';
import { surviveOutput } from './output.ts';
import { buildProgram } from './program.ts';
import { type Screen, openScreen } from './screen.ts';
import { failureAsJson, reportFailure } from './report-failure.ts';
import { START } from './usage.ts';

/**
 * Runs one command line and returns its exit code. Errors are reported in words; a stack trace appears only with
 * `--verbose`, for an internal error. With `--json` the last line is always a result.
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const words = argv.slice(2);
  const has = (flag: string): boolean =>
    words.slice(0, words.includes('--') ? words.indexOf('--') : undefined).includes(flag);
  const opened = openScreen({ json: has('--json'), color: !has('--no-color') }, env);
  let concluded = false;
  const screen: Screen = {
    ...opened,
    emit: (event) => {
      concluded ||= event.type === 'result';
      opened.emit(event);
    },
  };
  const output = surviveOutput();
  if (words.length === 0) {
    screen.block(START);
    return EXIT.done;
  }
  const interruption = onInterrupt((text) => screen.notice(text));
  let exitCode: ExitCode = EXIT.done;
  const context: Context = { screen, verbose: has('--verbose'), signal: interruption.signal, env, cwd: process.cwd() };
  const program = buildProgram(
    context,
    (code) => {
      exitCode = code;
    },
    words,
  );
  const onUncaught = (error: unknown): void => {
    reportError(context, error);
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', onUncaught);
  try {
    await program.parseAsync(argv);
    if (interruption.signal.aborted && exitCode === EXIT.done) exitCode = EXIT.interrupted;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    exitCode = reportError(context, error);
  } finally {
    interruption.dispose();
    process.off('uncaughtException', onUncaught);
  }
  if (!concluded) screen.emit({ type: 'result', exitCode });
  return exitCode === EXIT.done && output.lost() ? EXIT.failed : exitCode;
}

/** Reports what ended a run. @returns the exit code of the error */
export function reportError({ screen, verbose, signal }: Context, error: unknown): ExitCode {
  // commander has printed it already, with a suggestion.
  if (error instanceof CommanderError) {
    screen.emit({ type: 'failure', ...failureAsJson(new Failure('inventory', error.message)) });
    return EXIT.inventory;
  }
  if (error instanceof Failure) {
    screen.emit({ type: 'failure', ...failureAsJson(error) });
    return reportFailure(screen, error, verbose);
  }
  if (signal.aborted) {
    screen.error('Interrupted.');
    return EXIT.interrupted;
  }
  screen.error(`Internal error: ${error instanceof Error ? error.message : String(error)}`);
  if (verbose && error instanceof Error)
    for (const line of (error.stack ?? '').split('\n')) screen.error(`    ${line}`);
  else screen.error('  This is a bug in lvsctl. Run the command again with --verbose and report the output.');
  return EXIT.failed;
}

/** The first Ctrl-C lets steps in progress finish; the second exits immediately. */
function onInterrupt(notify: (text: string) => void) {
  const controller = new AbortController();
  // Every connection and command adds a listener: hundreds with many hosts.
  setMaxListeners(0, controller.signal);
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      // Progress rows hide the cursor.
      if (process.stdout.isTTY) process.stdout.write('\u001B[?25h\n');
      process.stderr.write(
        'Exited immediately; hosts finish the steps they have started. Run the command again to complete it.\n',
      );
      process.exit(EXIT.interrupted);
    }
    notify('interrupted: finishing the steps in progress; press Ctrl-C again to exit immediately');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
