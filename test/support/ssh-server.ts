import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import ssh2, { type Connection, type ParsedKey, type Server, type ServerChannel } from 'ssh2';

/** How the server at the other end behaves; all of it is what an OpenSSH server may do. */
export interface Behaviour {
  readonly hostKeys: readonly string[];
  readonly user: string;
  /** Public halves in ssh2's words; every other key is refused. */
  readonly allowed: readonly ParsedKey[];
  /** What runs in place of `/bin/sh`; a command of its own for a test of a login shell, sudo or none at all. */
  readonly shell?: readonly string[];
  /** A login shell that gets `-c` and the exec string, as sshd does it. */
  readonly loginShell?: string;
  /** The first n connections are closed before anything is said, as MaxStartups does it. */
  readonly hangUp?: number;
  readonly maxSessions?: number;
  /** Refused keys after which the connection is closed, as sshd does at its MaxAuthTries. */
  readonly maxAuthTries?: number;
  /** Accepted by password and keyboard-interactive, as far as `methods` has them. */
  readonly password?: string;
  /** What is accepted; by default public keys only. */
  readonly methods?: readonly ('publickey' | 'password' | 'keyboard-interactive')[];
  /** Whether a key must be followed by a password. */
  readonly twoFactors?: boolean;
  /** Whether it connects to other hosts, as a jump host does. */
  readonly forwards?: boolean;
  /** Called once for every connection that has logged in. */
  readonly onConnection?: (connection: Connection) => void;
}

export interface TestServer {
  readonly port: number;
  /** Every exec string that came, in order. */
  readonly commands: string[];
  /** What each login offered, as `method:key type`. */
  readonly offers: string[];
  readonly children: ChildProcess[];
  readonly connections: () => number;
  /** Cuts all connections without a goodbye. */
  cut(): void;
  close(): Promise<void>;
}

function serve(channel: ServerChannel, child: ChildProcess): void {
  channel.pipe(child.stdin as NodeJS.WritableStream);
  child.stdout?.on('data', (chunk: Buffer) => channel.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => channel.stderr.write(chunk));
  for (const stream of [child, child.stdin, child.stdout, child.stderr, channel]) stream?.on('error', () => undefined);
  child.on('exit', (code, signal) => {
    if (code !== null) channel.exit(code);
    else channel.exit((signal ?? 'SIGTERM').replace('SIG', ''));
  });
  child.on('close', () => {
    // Closing drops what the client's window has no room for yet.
    channel.end(() => channel.close());
  });
}

/** An SSH server on a free port of this machine that runs commands in a real shell. */
export async function startServer(behaviour: Behaviour): Promise<TestServer> {
  const commands: string[] = [];
  const offers: string[] = [];
  const children: ChildProcess[] = [];
  const sockets = new Set<Socket>();
  let hangUps = behaviour.hangUp ?? 0;

  const server: Server = new ssh2.Server({ hostKeys: [...behaviour.hostKeys] }, (connection) => {
    let sessions = 0;
    let refused = 0;
    let keyProven = false;
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      offers.push(context.method === 'publickey' ? `publickey:${context.key.algo}` : context.method);
      const methods = [...(behaviour.methods ?? ['publickey' as const])];
      const second = methods.filter((one) => one !== 'publickey');
      const judgePassword = (given: string | undefined): void => {
        const needsKey = behaviour.twoFactors === true && !keyProven;
        if (given === behaviour.password && given !== undefined && !needsKey) context.accept();
        else context.reject(keyProven ? second : methods);
      };
      if (context.username !== behaviour.user) {
        context.reject(methods);
        return;
      }
      if (context.method === 'password' && methods.includes('password')) {
        judgePassword(context.password);
        return;
      }
      if (context.method === 'keyboard-interactive' && methods.includes('keyboard-interactive')) {
        context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
          judgePassword(answers[0]);
        });
        return;
      }
      if (context.method !== 'publickey' || !methods.includes('publickey')) {
        context.reject(methods);
        return;
      }
      const { key, blob, signature, hashAlgo } = context;
      const match = behaviour.allowed.find((one) => one.getPublicSSH().equals(key.data));
      const proven =
        match !== undefined && (signature === undefined || match.verify(blob as Buffer, signature, hashAlgo));
      if (proven && behaviour.twoFactors === true && signature !== undefined) {
        keyProven = true;
        context.reject(second, true);
      } else if (proven) context.accept();
      else {
        refused += 1;
        if (refused >= (behaviour.maxAuthTries ?? Infinity)) connection.end();
        else context.reject(methods);
      }
    });
    connection.on('ready', () => {
      behaviour.onConnection?.(connection);
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      if (behaviour.forwards !== true) {
        reject();
        return;
      }
      const socket = connect({ host: destIP, port: destPort, noDelay: true });
      socket.on('error', () => reject());
      socket.on('connect', () => {
        const channel = accept();
        channel.on('error', () => undefined);
        socket.pipe(channel).pipe(socket);
        socket.on('close', () => channel.close());
        channel.on('close', () => socket.destroy());
      });
    });
    connection.on('session', (accept, reject) => {
      if (sessions >= (behaviour.maxSessions ?? 10)) {
        reject();
        return;
      }
      sessions += 1;
      const session = accept();
      session.on('exec', (acceptExec, _reject, { command }) => {
        commands.push(command);
        const [program = '/bin/sh', ...parameters] = behaviour.shell ?? [
          behaviour.loginShell ?? '/bin/sh',
          '-c',
          command,
        ];
        const child = spawn(program, parameters, { detached: true });
        children.push(child);
        child.on('close', () => {
          sessions -= 1;
        });
        serve(acceptExec(), child);
      });
    });
  });
  // A listener of our own, so that connections can be refused and cut below the protocol.
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    if (hangUps > 0) {
      hangUps -= 1;
      socket.destroy();
    } else server.injectSocket(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    commands,
    offers,
    children,
    connections: () => sockets.size,
    cut,
    close: async () => {
      cut();
      for (const child of children) {
        if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
          process.kill(-child.pid, 'SIGKILL');
      }
      listener.close();
      await once(listener, 'close');
    },
  };
}
