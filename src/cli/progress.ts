import type { Listr, ListrTaskWrapper } from 'listr2';
import type { ApplyEvent } from '../apply/outcome.ts';
import { changeAsJson } from '../plan/json.ts';
import type { RunEvent } from '../pipeline/event.ts';
import type { Event, Screen } from './screen.ts';

/** Shows a run while it goes on: rows on a terminal, plain lines elsewhere, JSON for programs. */
export interface Progress {
  readonly report: (event: RunEvent) => void;
  /** Ends what is drawn, so that something else can be printed. */
  readonly settle: () => Promise<void>;
}

export function openProgress(screen: Screen): Progress {
  if (screen.json) return { report: (event) => screen.emit(asJson(event)), settle: async () => undefined };
  if (screen.terminal) return rows();
  return { report: (event) => tellPlainly(event, screen), settle: async () => undefined };
}

function asJson(event: RunEvent): Event {
  return event.type === 'change' ? { ...event, change: changeAsJson(event.change) } : { ...event };
}

function tellPlainly(event: RunEvent, screen: Screen): void {
  switch (event.type) {
    case 'connecting':
      screen.line(`connecting to ${event.hosts.join(', ')}`);
      break;
    case 'host':
      // Why is told once, with what to do, when all hosts have been tried.
      if (event.state === 'failed') screen.line(`${event.host}: failed`);
      break;
    case 'locking':
      screen.line(`locking ${event.hosts.length} hosts`);
      break;
    case 'wave':
      screen.line(`wave ${event.index + 1} of ${event.count}: ${event.title} (${event.hosts.join(', ')})`);
      break;
    case 'change':
      if (event.state !== 'started') screen.line(`${event.change.host}: ${titleOf(event)}: ${event.state}`);
      break;
    case 'note':
      screen.line(`${event.host}: ${event.text}`);
      break;
    case 'checking':
      screen.line(`looking again at ${event.hosts.join(', ')}`);
      break;
  }
}

function titleOf({ change }: Extract<ApplyEvent, { type: 'change' }>): string {
  return `${change.kind} ${change.key}`;
}

interface Row {
  /** Replaces the line below the row. */
  say(text: string): void;
  end(failure?: string): void;
}

/** Rows of one phase, drawn by listr2 until each is ended. */
interface Phase {
  readonly rows: ReadonlyMap<string, Row>;
  readonly drawn: Promise<unknown>;
  /** Ends every row that still runs. */
  end(): void;
}

function rows(): Progress {
  let phase: Promise<Phase> | undefined;
  const close = async (): Promise<void> => {
    // Taken at once: a phase that is opened in the meantime is not this one.
    const closing = phase;
    phase = undefined;
    const current = await closing;
    current?.end();
    await current?.drawn;
  };
  const open = (titles: readonly string[], heading?: string): void => {
    const former = close();
    phase = former.then(() => drawPhase(titles, heading));
  };
  const row = (name: string, act: (row: Row) => void): void => {
    void phase?.then(({ rows: all }) => {
      const found = all.get(name);
      if (found !== undefined) act(found);
    });
  };
  return {
    settle: close,
    report: (event) => {
      switch (event.type) {
        case 'connecting':
          open(event.hosts);
          break;
        case 'host':
          row(event.host, (one) => {
            if (event.state === 'failed') one.end(event.message);
            else one.say(event.state);
            if (event.state === 'observed') one.end();
          });
          break;
        case 'locking':
          break;
        case 'wave':
          open(event.hosts, `wave ${event.index + 1} of ${event.count}: ${event.title}`);
          break;
        case 'change':
          row(event.change.host, (one) => {
            if (event.state === 'failed') one.end(`${event.change.host}: ${titleOf(event)} failed`);
            else one.say(titleOf(event));
          });
          break;
        case 'note':
          row(event.host, (one) => one.say(event.text));
          break;
        case 'checking':
          for (const host of event.hosts) row(host, (one) => one.say('looking again'));
          break;
      }
    },
  };
}

/** listr2 is loaded when the first row is drawn: `--version` and `lint` never need it. */
async function drawPhase(titles: readonly string[], heading: string | undefined): Promise<Phase> {
  const { Listr } = await import('listr2');
  const made = titles.map((title) => openRow(title));
  const tasks = made.map(({ task }) => task);
  const list: Listr =
    heading === undefined
      ? new Listr(tasks, {
          concurrent: true,
          exitOnError: false,
          registerSignalListeners: false,
          rendererOptions: { collapseErrors: false },
        })
      : new Listr(
          [{ title: heading, task: (_, parent) => parent.newListr(tasks, { concurrent: true, exitOnError: false }) }],
          {
            exitOnError: false,
            registerSignalListeners: false,
            rendererOptions: { collapseSubtasks: false, collapseErrors: false },
          },
        );
  return {
    rows: new Map(made.map(({ title, row }) => [title, row])),
    drawn: list.run().catch(() => undefined),
    end: () => {
      for (const { row } of made) row.end();
    },
  };
}

function openRow(title: string) {
  let wrapper: Pick<ListrTaskWrapper<unknown, never, never>, 'output'> | undefined;
  let said = '';
  const { promise, resolve, reject } = withResolvers();
  const row: Row = {
    say: (text) => {
      said = text;
      if (wrapper !== undefined) wrapper.output = text;
    },
    end: (failure) => (failure === undefined ? resolve() : reject(new Error(failure))),
  };
  // A row can be ended before listr2 waits for it.
  promise.catch(() => undefined);
  return {
    title,
    row,
    task: {
      title,
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
