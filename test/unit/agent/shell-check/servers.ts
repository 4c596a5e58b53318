import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RealServers {
  readonly port: Readonly<Record<'http' | 'echo' | 'sink' | 'silent' | 'smtp' | 'udp' | 'dns', number>>;
  /** The lines of each mail that was taken. */
  readonly mails: readonly (readonly string[])[];
  readonly stop: () => Promise<void>;
}

/** Starts `real-servers.js`, and waits until all of its ports listen. */
export async function startServers(): Promise<RealServers> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('real-servers.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const mails: (readonly string[])[] = [];
  const port = await new Promise<RealServers['port']>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const said = JSON.parse(line) as { readonly mail: readonly string[] } | RealServers['port'];
      if ('mail' in said) mails.push(said.mail);
      else resolve(said);
    });
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { port, mails, stop };
}
