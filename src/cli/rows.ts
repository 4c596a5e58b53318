import type { Listr, ListrTaskWrapper } from 'listr2';
import { cut } from '../text/cut.ts';
import { printable } from '../text/printable.ts';

export interface Row {
  /** Replaces the line below the row. */
  say(text: string): void;
  end(failure?: string): void;
}

/** Rows of one phase of a run, drawn by listr2 until each is ended. */
export interface Phase {
  readonly rows: ReadonlyMap<string, Row>;
  readonly drawn: Promise<unknown>;
  /** Shown beside the heading, if there is one. */
  remark(text: string): void;
  /** Ends every row that still runs. */
  end(failure?: string): void;
}

/** characters; listr2 draws whatever it is given, and has to know how many lines it has drawn */
const ROW = 300;

type Wrapper = Pick<ListrTaskWrapper<unknown, never, never>, 'output' | 'title'>;

/**
 * listr2 is loaded when the first row is drawn: `--version` and `lint` never need it.
 * @param without takes secrets out
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
      ? // Why a host was not reached is told below the rows, whole and with what to do.
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
  // A row can be ended before listr2 waits for it.
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
