import type { Command } from 'commander';
import { fishScript } from './fish.ts';
import { bashScript, zshScript } from './posix.ts';
import type { Shell } from './shell.ts';
import { type Verb, verbsOf } from './verb.ts';

const SCRIPTS: Readonly<Record<Shell, (verbs: readonly Verb[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The completion script of the program for a shell. */
export function completionScript(program: Command, shell: Shell): string {
  return SCRIPTS[shell](verbsOf(program));
}
