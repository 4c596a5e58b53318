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

/** Colours of labels; none that stands for an error. */
const LABEL_STYLES: readonly Style[] = [
  'cyan',
  'green',
  'magenta',
  'blue',
  'yellow',
  'cyanBright',
  'greenBright',
  'magentaBright',
];

/** Indentation of continuation lines below a label. */
const LABEL_HANG = 28;

/**
 * The output of a command, as text or JSON; the only code that prints. Text from hosts, pages and files is untrusted:
 * control characters are escaped here, so that it can neither control the terminal nor break out of its line.
 */
export interface Screen {
  readonly json: boolean;
  /** Whether standard output is a terminal that supports cursor movement. */
  readonly terminal: boolean;
  /** Prints one line; newlines are escaped. `hang` is the indentation of continuation lines on a terminal. */
  line(text: string, tone?: Tone, hang?: number): void;
  lines(lines: readonly Line[]): void;
  /** Prints a line with a label in front, such as a host, in one of several colours. */
  labelled(label: string, colour: number, text: string, tone?: Tone): void;
  /** Prints text of several lines, such as a file; newlines and tabs are preserved. */
  block(text: string): void;
  /** To standard error, in every mode. */
  error(text: string): void;
  /** Prints one JSON object per line; nothing without `--json`. */
  emit(event: Event): void;
  /** Shows an urgent message beside the progress rows, or on standard error when none are drawn. */
  notice(text: string): void;
  /** Redacts these values from all later output, including JSON. */
  hide(secrets: readonly string[]): void;
  /** The text with secrets redacted, for prompts and progress rows. */
  shown(text: string): string;
  /** Callbacks of the progress rows on the terminal. */
  readonly drawing: Set<(text: string) => void>;
}

export interface ScreenOptions {
  readonly json: boolean;
  /** false for `--no-color` */
  readonly color: boolean;
}

/** A standard stream of the process, or a substitute in tests. */
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
  let hidden: readonly string[] = [];
  let without = redactor(hidden);
  const color = options.color && stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '';
  const paintAs = (style: Style, text: string): string =>
    color && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  const paint = (text: string, tone: Tone): string => {
    const style = STYLES[tone];
    return style === undefined ? text : paintAs(style, text);
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
    labelled: (label, colour, text, tone = 'plain') => {
      if (options.json) return;
      const shownLabel = printable(without(label));
      const [first = '', ...rest] = fitted(stdout, `${shownLabel}${printable(without(text))}`, LABEL_HANG);
      const style = LABEL_STYLES[colour % LABEL_STYLES.length] ?? 'cyan';
      const isWhole = first.startsWith(shownLabel);
      const painted = isWhole ? `${paintAs(style, shownLabel)}${paint(first.slice(shownLabel.length), tone)}` : first;
      for (const part of [painted, ...rest.map((one) => paint(one, tone))]) stdout.write(`${part}\n`);
    },
    block: (text) => {
      if (!options.json) stdout.write(`${printable(without(text), '\n\t')}\n`);
    },
    error,
    drawing,
    hide: (secrets) => {
      hidden = [...new Set([...hidden, ...secrets])];
      without = redactor(hidden);
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

/** Extra indentation of continuation lines, so that they cannot be mistaken for lines of lvsctl. */
const DEEPER = 4;

/** Lines are folded on a terminal only: a program may search them. */
function fitted({ isTTY, columns = 80 }: Stream, text: string, hang?: number): readonly string[] {
  if (isTTY !== true) return [text];
  return fold(text, hang ?? text.length - text.trimStart().length + DEEPER, columns);
}
