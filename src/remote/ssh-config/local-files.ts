import { readdir, readFile, stat } from 'node:fs/promises';
import process from 'node:process';
import type { ConfigFiles } from './read.ts';

/** The files of this machine. */
export function localConfigFiles(): ConfigFiles {
  return {
    readFile: (path) => readFile(path),
    stat: (path) =>
      stat(path).then(
        ({ uid, mode }) => ({ uid, mode }),
        () => undefined,
      ),
    list: (folder) => readdir(folder).catch(() => []),
    uid: process.getuid?.() ?? 0,
  };
}
