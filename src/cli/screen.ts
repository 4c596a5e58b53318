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
  /** What cannot wait: shown by whoever draws on the terminal now, else on standard error. */
  notice(text: string): void;
  /** Who draws on the terminal now. */
  readonly drawing: Set<(text: string) => void>;
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
  const error = (text: string): void => void process.stderr.write(`${text}\n`);
  const drawing = new Set<(text: string) => void>();
  return {
    json: options.json,
    terminal,
    line,
    lines: (all) => {
      for (const { text, tone } of all) line(text, tone);
    },
    error,
    drawing,
    notice: (text) => {
      if (drawing.size === 0) error(text);
      for (const show of drawing) show(text);
    },
    emit: (event) => {
      if (options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    },
  };
}
