import { styleText } from 'node:util';
import type { Line, Tone } from '../plan/render.ts';
import { fold } from '../text/fold.ts';
import { redactor } from '../remote/redact.ts';
import { printable, printableJson } from '../text/printable.ts';
import type { Event } from './events.ts';

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

/**
 * Where a command writes for a person, or for a program. Nothing else in lvsctl prints. Hosts, pages and files say what
 * they like, so every text passes a filter here, before it gets its style: it can neither steer the terminal nor leave
 * the line that it is given to.
 */
export interface Screen {
  readonly json: boolean;
  /** Whether standard output is a terminal that may be drawn on. */
  readonly terminal: boolean;
  /** One line, whatever is in it. With `hang` later lines begin there when it is too long for the terminal. */
  line(text: string, tone?: Tone, hang?: number): void;
  lines(lines: readonly Line[]): void;
  /** A text of several lines, such as a file, in which newlines and tabs mean what they say. */
  block(text: string): void;
  /** To standard error, in every mode. */
  error(text: string): void;
  /** One JSON object on a line of its own; nothing unless `--json` was given. */
  emit(event: Event): void;
  /** What cannot wait: shown by whoever draws on the terminal now, else on standard error. */
  notice(text: string): void;
  /** Takes these values out of everything that is shown from now on, in JSON too. */
  hide(secrets: readonly string[]): void;
  /** A text as it may be shown by whoever draws or asks without this screen: without secrets. */
  shown(text: string): string;
  /** Who draws on the terminal now. */
  readonly drawing: Set<(text: string) => void>;
}

export interface ScreenOptions {
  readonly json: boolean;
  /** false for `--no-color` */
  readonly color: boolean;
}

/** An output of the process, or what stands in for one. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export function openScreen(
  options: ScreenOptions,
  env: NodeJS.ProcessEnv,
  { stdout, stderr }: Streams = process,
): Screen {
  const terminal = stdout.isTTY === true && !options.json && env['TERM'] !== 'dumb';
  let without = redactor([]);
  const paint = (text: string, tone: Tone): string => {
    const style = STYLES[tone];
    const color = options.color && stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '';
    return style === undefined || !color ? text : styleText(style, text);
  };
  const print = ({ text, tone, hang, tabs }: Line): void => {
    if (options.json) return;
    for (const part of fitted(stdout, printable(without(text), tabs === true ? '\t' : ''), hang))
      stdout.write(`${paint(part, tone)}\n`);
  };
  const error = (text: string): void => {
    for (const part of fitted(stderr, printable(without(text)))) stderr.write(`${part}\n`);
  };
  const drawing = new Set<(text: string) => void>();
  return {
    json: options.json,
    terminal,
    line: (text, tone = 'plain', hang) => print({ text, tone, ...(hang !== undefined && { hang }) }),
    lines: (all) => all.forEach(print),
    block: (text) => {
      if (!options.json) stdout.write(`${printable(without(text), '\n\t')}\n`);
    },
    error,
    drawing,
    hide: (secrets) => {
      without = redactor(secrets);
    },
    shown: (text) => without(text),
    notice: (text) => {
      if (drawing.size === 0) error(text);
      for (const show of drawing) show(text);
    },
    emit: (event) => {
      if (options.json) stdout.write(`${printableJson(event, without)}\n`);
    },
  };
}

/** Where a line goes on that names no place for it: deeper than it began, so that its rest looks like no line of ours. */
const DEEPER = 4;

/** Lines that are read by a program stay whole: they may be searched for. */
function fitted({ isTTY, columns = 80 }: Stream, text: string, hang?: number): readonly string[] {
  if (isTTY !== true) return [text];
  return fold(text, hang ?? text.length - text.trimStart().length + DEEPER, columns);
}
