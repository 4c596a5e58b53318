import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RealServers {
  readonly port: Readonly<Record<'http' | 'echo' | 'sink' | 'silent' | 'smtp' | 'udp' | 'mute' | 'dns', number>>;
  /** The lines of each mail that was taken. */
  readonly mails: readonly (readonly string[])[];
  /** The commands that the mail server heard. */
  readonly said: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Starts `real-servers.js`, and waits until all of its ports listen. */
export async function startServers(): Promise<RealServers> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('real-servers.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const mails: (readonly string[])[] = [];
  const heard: string[] = [];
  const port = await new Promise<RealServers['port']>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const told = JSON.parse(line) as
        { readonly mail: readonly string[] } | { readonly said: string } | RealServers['port'];
      if ('mail' in told) mails.push(told.mail);
      else if ('said' in told) heard.push(told.said);
      else resolve(told);
    });
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { port, mails, said: heard, stop };
}
