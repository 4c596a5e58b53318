import { styleText } from 'node:util';
import type { Line, Tone } from '../plan/render.ts';

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<Tone, Style | undefined>> = {
  plain: undefined,
  title: 'bold',
  add: 'green',
  change: 'yellow',
  remove: 'red',
  faint: 'dim',
  bad: ['red', 'bold'],
};

/** What `--json` prints a line of. */
export interface Event {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Where a command writes for a person, or for a program. Nothing else in lvsctl prints. */
export interface Screen {
  readonly json: boolean;
  /** Whether standard output is a terminal that may be drawn on. */
  readonly terminal: boolean;
  line(text: string, tone?: Tone): void;
  lines(lines: readonly Line[]): void;
  /** To standard error, in every mode. */
  error(text: string): void;
  /** One JSON object on a line of its own; nothing unless `--json` was given. */
  emit(event: Event): void;
}

export interface ScreenOptions {
  readonly json: boolean;
  /** false for `--no-color` */
  readonly color: boolean;
}

export function openScreen(options: ScreenOptions, env: NodeJS.ProcessEnv): Screen {
  const terminal = process.stdout.isTTY && !options.json && env['TERM'] !== 'dumb';
  const paint = (stream: NodeJS.WriteStream, text: string, tone: Tone): string => {
    const style = STYLES[tone];
    const color = options.color && stream.isTTY && (env['NO_COLOR'] ?? '') === '';
    return style === undefined || !color ? text : styleText(style, text);
  };
  const line = (text: string, tone: Tone = 'plain'): void => {
    if (!options.json) process.stdout.write(`${paint(process.stdout, text, tone)}\n`);
  };
  return {
    json: options.json,
    terminal,
    line,
    lines: (all) => {
      for (const { text, tone } of all) line(text, tone);
    },
    error: (text) => void process.stderr.write(`${text}\n`),
    emit: (event) => {
      if (options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    },
  };
}
