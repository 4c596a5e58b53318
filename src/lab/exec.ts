import { spawn, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { Failure } from '../failure.ts';
import { quote } from '../remote/command.ts';
import { labConnection } from './connection.ts';
import { labPaths } from './paths.ts';

export interface ExecStdio {
  readonly stdio: StdioOptions;
  /** Whether the command gets a terminal, as a person at one expects. */
  readonly terminal: boolean;
}

/**
 * Runs a command on a host of the lab, over ssh like everything else does; the answer is its exit code (255 is also
 * what ssh itself ends with). Each argument arrives as one word; no command means a shell.
 * @throws Failure `lab` when the lab is not up or has no such host
 */
export function labExec(name: string, host: string, argv: readonly string[], stdio: ExecStdio): Promise<number> {
  const { hosts } = labConnection(name).topology;
  if (!hosts.some((known) => known.name === host)) {
    throw new Failure('lab', `the lab has no host '${host}'`, {
      hint: `Its hosts are ${hosts.map((known) => known.name).join(', ')}.`,
    });
  }
  const args = execArguments(labPaths(name).sshConfig, host, argv, stdio.terminal);
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: stdio.stdio });
    child.on('error', (cause) => {
      reject(new Failure('lab', `cannot start ssh: ${cause.message}`, { hint: 'Install openssh-client.', cause }));
    });
    child.on('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

export function execArguments(
  config: string,
  host: string,
  argv: readonly string[],
  terminal: boolean,
): readonly string[] {
  return ['-F', config, terminal ? '-tt' : '-T', host, '--', ...argv.map(quote)];
}
