import { setMaxListeners } from 'node:events';
import { CommanderError } from 'commander';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import type { Context } from './context.ts';
import { surviveOutput } from './output.ts';
import { START, buildProgram } from './program.ts';
import { type Screen, openScreen } from './screen.ts';
import { failureAsJson, tellFailure } from './tell-failure.ts';

/**
 * Runs one command line and gives its exit code. Whatever goes wrong is told in words; a stack trace is only for
 * `--verbose`, and only for a fault of lvsctl itself. With `--json` the last line is a result, whatever happened.
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
    tellError(context, error);
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', onUncaught);
  try {
    await program.parseAsync(argv);
    if (interruption.signal.aborted && exitCode === EXIT.done) exitCode = EXIT.interrupted;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    exitCode = tellError(context, error);
  } finally {
    interruption.dispose();
    process.off('uncaughtException', onUncaught);
  }
  if (!concluded) screen.emit({ type: 'result', exitCode });
  return exitCode === EXIT.done && output.lost() ? EXIT.failed : exitCode;
}

/** @returns the exit code that goes with what was thrown */
function tellError({ screen, verbose, signal }: Context, error: unknown): ExitCode {
  // It has been told already, with what was meant.
  if (error instanceof CommanderError) {
    screen.emit({ type: 'failure', ...failureAsJson(new Failure('inventory', error.message)) });
    return EXIT.inventory;
  }
  if (error instanceof Failure) {
    screen.emit({ type: 'failure', ...failureAsJson(error) });
    return tellFailure(screen, error, verbose);
  }
  if (signal.aborted) {
    screen.error('Interrupted.');
    return EXIT.interrupted;
  }
  screen.error(`lvsctl itself failed: ${error instanceof Error ? error.message : String(error)}`);
  if (verbose && error instanceof Error)
    for (const line of (error.stack ?? '').split('\n')) screen.error(`    ${line}`);
  else screen.error('  This is a fault in lvsctl; run the same command with --verbose and report what it prints.');
  return EXIT.failed;
}

/** The first Ctrl-C lets what is under way end well; the second ends at once. */
function onInterrupt(tell: (text: string) => void) {
  const controller = new AbortController();
  // Every connection and command listens; with two hundred hosts there are many.
  setMaxListeners(0, controller.signal);
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      // Rows that are drawn hide the cursor.
      if (process.stdout.isTTY) process.stdout.write('\u001B[?25h\n');
      process.stderr.write(
        'Left at once: hosts finish by themselves what they were told; run the same command again.\n',
      );
      process.exit(EXIT.interrupted);
    }
    tell('interrupted: what is under way is ended in good order; Ctrl-C again leaves at once');
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
