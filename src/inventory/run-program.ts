import { execFile } from 'node:child_process';
import { LONGEST_SECRET } from '../secrets/cipher.ts';
import { cutStart } from '../text/cut.ts';

export type ProgramResult = { readonly stdout: Uint8Array } | { readonly problem: string };

/** milliseconds: a password manager may ask for a key */
const TIMEOUT_MS = 60_000;

/** characters of standard error in a message */
const SHOWN = 300;

/** Runs a program of this machine without a shell; `problem` completes the sentence "The program …". */
export function runLocalProgram(
  argv: readonly string[],
  folder: string,
  timeoutMs = TIMEOUT_MS,
): Promise<ProgramResult> {
  const [program = '', ...words] = argv;
  const options = {
    cwd: folder,
    encoding: 'buffer',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: LONGEST_SECRET,
  } as const;
  return new Promise((resolve) => {
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout });
      else resolve({ problem: problemOf(error, stderr.toString(), timeoutMs) });
    });
    child.stdin?.on('error', () => undefined).end();
  });
}

function problemOf(error: Error & { readonly code?: unknown; readonly killed?: boolean }, stderr: string, ms: number) {
  const { code, killed } = error;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be run';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `printed more than ${LONGEST_SECRET / 1024} KiB`;
  if (killed === true) return `did not end within ${ms / 1000} s`;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const why = typeof code === 'number' ? `exited with code ${code}` : 'could not be run';
  return said === '' ? why : `${why}: ${cutStart(said, SHOWN).replace(/\.$/, '')}`;
}
