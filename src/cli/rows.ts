import type { Listr, ListrTaskWrapper } from 'listr2';
import { cut } from '../text/cut.ts';
import { printable } from '../text/printable.ts';

export interface Row {
  /** Replaces the status line below the row. */
  say(text: string): void;
  end(failure?: string): void;
}

/** The progress rows of one phase, drawn by listr2 until each has ended. */
export interface Phase {
  readonly rows: ReadonlyMap<string, Row>;
  readonly drawn: Promise<unknown>;
  /** Shown beside the heading, if any. */
  remark(text: string): void;
  /** Ends all rows that are still running. */
  end(failure?: string): void;
}

/** Maximum length in characters: listr2 miscounts its lines when a row wraps. */
const ROW = 300;

type Wrapper = Pick<ListrTaskWrapper<unknown, never, never>, 'output' | 'title'>;

/**
 * listr2 is loaded when the first row is drawn, because `--version` and `lint` never need it.
 * @param without redacts secrets
 */
export async function drawPhase(
  titles: readonly string[],
  heading: string | undefined,
  without: (text: string) => string = (text) => text,
): Promise<Phase> {
  const { Listr } = await import('listr2');
  const rowText = (text: string): string => printable(cut(without(text), ROW));
  const made = titles.map((title) => openRow(title, rowText));
  const shown = heading === undefined ? undefined : rowText(heading);
  const tasks = made.map(({ task }) => task);
  const common = { exitOnError: false, registerSignalListeners: false } as const;
  let parent: Wrapper | undefined;
  const list: Listr =
    shown === undefined
      ? // The full error is printed below the rows, with its hint.
        new Listr(tasks, { ...common, concurrent: true, rendererOptions: { showErrorMessage: false } })
      : new Listr(
          [
            {
              title: shown,
              task: (_, wrapper) => {
                parent = wrapper;
                return wrapper.newListr(tasks, { concurrent: true, exitOnError: false });
              },
            },
          ],
          { ...common, rendererOptions: { collapseSubtasks: false, collapseErrors: false } },
        );
  return {
    rows: new Map(made.map(({ title, row }) => [title, row])),
    drawn: list.run().catch(() => undefined),
    remark: (text) => {
      if (parent !== undefined) parent.title = `${shown ?? ''} (${rowText(text)})`;
    },
    end: (failure) => {
      for (const { row } of made) row.end(failure);
    },
  };
}

function openRow(title: string, rowText: (text: string) => string) {
  let wrapper: Pick<Wrapper, 'output'> | undefined;
  let said = '';
  const { promise, resolve, reject } = withResolvers();
  const row: Row = {
    say: (text) => {
      said = rowText(text);
      if (wrapper !== undefined) wrapper.output = said;
    },
    end: (failure) => (failure === undefined ? resolve() : reject(new Error(rowText(failure)))),
  };
  // A row may end before listr2 awaits it.
  promise.catch(() => undefined);
  return {
    title,
    row,
    task: {
      title: rowText(title),
      task: (_: unknown, task: { output: string }): Promise<void> => {
        wrapper = task;
        if (said !== '') task.output = said;
        return promise;
      },
    },
  };
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
