import type { Argument, Command, Option } from 'commander';

/** A verb with its completions. */
export interface Verb {
  /** Words after `lvsctl`, as in `lab up`; empty for lvsctl itself. */
  readonly path: string;
  readonly verbs: readonly Candidate[];
  readonly flags: readonly Flag[];
  /** Candidates for the argument: words or files; undefined when it cannot be completed. */
  readonly argument: readonly Candidate[] | 'files' | undefined;
}

export interface Candidate {
  readonly word: string;
  readonly description: string;
}

export interface Flag {
  /** With dashes. */
  readonly names: readonly string[];
  readonly description: string;
  /** Candidates for the value; `none` without a value, undefined when it cannot be completed. */
  readonly value: readonly Candidate[] | 'files' | 'none' | undefined;
}

/** Arguments and values that are local paths. */
const PATHS: ReadonlySet<string> = new Set(['file', 'folder', 'inventory']);

/** All verbs of the program, starting with lvsctl itself. */
export function verbsOf(program: Command, above = ''): readonly Verb[] {
  const commands = program.commands.map((command) => ({
    command,
    path: above === '' ? command.name() : `${above} ${command.name()}`,
  }));
  const own: Verb = {
    path: above,
    verbs: commands.map(({ command }) => ({ word: command.name(), description: sentence(command.description()) })),
    flags: program
      .createHelp()
      .visibleOptions(program)
      .map((option) => flagOf(option)),
    argument: program.registeredArguments.map(valueOf).findLast((candidates) => candidates !== undefined),
  };
  return [own, ...commands.flatMap(({ command, path }) => verbsOf(command, path))];
}

function flagOf(option: Option): Flag {
  const { short, long, description, required, optional, flags, argChoices } = option;
  const name = /[<[]([a-z]+)/.exec(flags)?.[1] ?? '';
  return {
    names: [short, long].filter((one) => one !== undefined && one !== null),
    description: sentence(description),
    value: required || optional ? wordsOr(argChoices, name) : 'none',
  };
}

function valueOf(argument: Argument): Verb['argument'] {
  return wordsOr(argument.argChoices, argument.name());
}

function wordsOr(choices: readonly string[] | undefined, name: string): readonly Candidate[] | 'files' | undefined {
  if (choices !== undefined) return choices.map((word) => ({ word, description: '' }));
  return PATHS.has(name) ? 'files' : undefined;
}

/** The first sentence, without its full stop. */
function sentence(description: string): string {
  return description.replace(/[.;:] .*$/s, '').replace(/\.$/, '');
}
