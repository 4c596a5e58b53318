import { styleText } from 'node:util';
import type { Line, Tone } from '../plan/render.ts';
import { wrap } from '../text/wrap.ts';

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
  /** With `hang` a line that is too long for the terminal is broken at a space. */
  line(text: string, tone?: Tone, hang?: number): void;
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
  const line = (text: string, tone: Tone = 'plain', hang?: number): void => {
    if (options.json) return;
    for (const part of fitted(process.stdout, text, hang))
      process.stdout.write(`${paint(process.stdout, part, tone)}\n`);
  };
  const error = (text: string): void => {
    for (const part of fitted(process.stderr, text, indentOf(text))) process.stderr.write(`${part}\n`);
  };
  const drawing = new Set<(text: string) => void>();
  return {
    json: options.json,
    terminal,
    line,
    lines: (all) => {
      for (const { text, tone, hang } of all) line(text, tone, hang);
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

const indentOf = (text: string): number => text.length - text.trimStart().length;

/** Lines that are read by a program stay whole: they may be searched for. */
function fitted(stream: NodeJS.WriteStream, text: string, hang: number | undefined): readonly string[] {
  if (!stream.isTTY || hang === undefined) return [text];
  return text.split('\n').flatMap((one) => wrap(one, hang, stream.columns));
}
