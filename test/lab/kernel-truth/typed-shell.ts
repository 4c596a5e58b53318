import { spawn } from 'node:child_process';
import path from 'node:path';
import { LAB, ROOT } from '../../support/lab.ts';

/** One shell on a host of the lab that is kept open: a command costs no connection of its own. */
export interface TypedShell {
  /** Runs a script in a subshell. @returns what it printed on both outputs. @throws Error when its exit code is not 0 */
  run(script: string): Promise<string>;
  close(): Promise<void>;
}

export function openTypedShell(host: string): TypedShell {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'bin/lvsctl.js'), 'lab', 'exec', '--name', LAB, host, '--', 'sh'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let heard = '';
  let wake = (): void => undefined;
  let ended = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
    wake();
  });
  child.stdin.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => {
      ended = true;
      wake();
      resolve();
    });
  });
  let turn = 0;
  let before: Promise<unknown> = Promise.resolve();
  const one = async (script: string): Promise<string> => {
    turn += 1;
    const end = new RegExp(`^([^]*?)<end ${turn} (\\d+)>\\n`);
    // The end marker must not appear in the command itself.
    child.stdin.write(`(\n${script}\n) </dev/null 2>&1; printf '<%s ${turn} %s>\\n' end $?\n`);
    for (let found = end.exec(heard); ; found = end.exec(heard)) {
      if (found !== null) {
        const [whole, said = '', code] = found;
        heard = heard.slice(whole.length);
        if (code !== '0') throw new Error(`${host}: ${script}: exit code ${code}\n${said}`);
        return said;
      }
      if (ended) throw new Error(`${host}: the shell has ended\n${heard}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    run: (script) => {
      const result = before.then(() => one(script));
      before = result.catch(() => undefined);
      return result;
    },
    close: async () => {
      child.stdin.end('exit 0\n');
      await closed;
    },
  };
}
