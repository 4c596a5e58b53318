import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RealServers {
  readonly port: Readonly<Record<'http' | 'echo' | 'sink' | 'silent' | 'smtp' | 'udp' | 'mute' | 'dns', number>>;
  /** The lines of each accepted mail. */
  readonly mails: readonly (readonly string[])[];
  /** The commands received by the mail server. */
  readonly commands: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Starts `real-servers.js` and waits until all ports are listening. */
export async function startServers(): Promise<RealServers> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('real-servers.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const mails: (readonly string[])[] = [];
  const commands: string[] = [];
  const port = await new Promise<RealServers['port']>((resolve) => {
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as
        { readonly mail: readonly string[] } | { readonly command: string } | RealServers['port'];
      if ('mail' in line) mails.push(line.mail);
      else if ('command' in line) commands.push(line.command);
      else resolve(line);
    });
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { port, mails, commands, stop };
}
