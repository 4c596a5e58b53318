import { EVENTS } from '../cli/events.ts';
import { EXIT_MEANINGS, FAILURES } from '../failure.ts';
import { GENERATED, section, table } from './markdown.ts';

/** docs/output.md: exit codes, events of `--json`, failures. */
export function outputPage(): string {
  return [
    GENERATED,
    '# Exit codes and JSON',
    section(2, 'Exit codes', table(['code', 'meaning'], Object.entries(EXIT_MEANINGS))),
    section(
      2,
      'Events',
      `${EVENTS_INTRODUCTION}\n\n${table(['type', 'meaning', 'keys', 'optional keys'], eventRows())}`,
    ),
    section(2, 'Failures', `${FAILURES_INTRODUCTION}\n\n${table(['code', 'meaning', 'exit code'], failureRows())}`),
  ]
    .join('\n\n')
    .concat('\n');
}

const EVENTS_INTRODUCTION = `With \`--json\` every line of standard output is a JSON object with a \`type\`, and the last one is a \`result\`. An event has
all keys of its type, and may have more than are listed here.`;

const FAILURES_INTRODUCTION = 'The `code` of a failure, and the exit code of a run that ends with it.';

function eventRows(): readonly (readonly string[])[] {
  return Object.entries(EVENTS).map(([type, { means, keys, optional }]) => [
    `\`${type}\``,
    means,
    keysText(keys),
    keysText(optional),
  ]);
}

function keysText(keys: Readonly<Record<string, string>>): string {
  return Object.entries(keys)
    .map(([key, what]) => `\`${key}\`: ${what}`)
    .join('; ');
}

function failureRows(): readonly (readonly string[])[] {
  return Object.entries(FAILURES).map(([code, { exit, means }]) => [`\`${code}\``, means, String(exit)]);
}
