import { access, readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import process from 'node:process';
import { localConfigFiles } from '../remote/ssh-config/local-files.ts';
import type { ConfigFiles } from '../remote/ssh-config/read.ts';
import { type ProgramResult, runLocalProgram } from './run-program.ts';

/** The outside world of an inventory, handed in so that a test can be another one. */
export interface InventoryEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** What `~` stands for. */
  readonly home: string;
  /** Absolute; relative names on the command line start here. */
  readonly folder: string;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly exists: (path: string) => Promise<boolean>;
  readonly readStandardInput: () => Promise<Uint8Array>;
  /** Runs a program that prints a secret. */
  readonly runProgram?: (argv: readonly string[], folder: string) => Promise<ProgramResult>;
  /** The key of encrypted values, asked for once. @throws Failure when there is none */
  readonly secretKey?: () => Promise<string>;
  /** For the configuration of OpenSSH; undefined where none is read. */
  readonly ssh?: SshEnvironment;
}

/** The user and machine that lvsctl runs as, and the files that configure ssh for them. */
export interface SshEnvironment {
  readonly files: ConfigFiles;
  readonly user: string;
  readonly hostname: string;
}

/** The world of this process. */
export function processEnvironment(): InventoryEnvironment {
  return {
    variables: process.env,
    home: homedir(),
    folder: process.cwd(),
    readFile: (path) => readFile(path),
    runProgram: runLocalProgram,
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ssh: { files: localConfigFiles(), user: userName(), hostname: hostname() },
    readStandardInput: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
  };
}

/** The name of the user, or its number where it has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0);
  }
}
