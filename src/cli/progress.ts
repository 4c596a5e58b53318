import type { ApplyEvent } from '../apply/outcome.ts';
import { subjectOf } from '../plan/json.ts';
import type { RunEvent } from '../pipeline/event.ts';
import { type Phase, type Row, drawPhase } from './rows.ts';
import type { Event } from './events.ts';
import type { Screen } from './screen.ts';

/** Shows the progress of a run: rows on a terminal, plain lines elsewhere, JSON events with `--json`. */
export interface Progress {
  readonly report: (event: RunEvent) => void;
  /** Ends the progress rows, so that other output can follow. */
  readonly settle: () => Promise<void>;
  /** The same after an aborted run: unfinished rows are shown as failed. */
  readonly abandon: () => Promise<void>;
}

export function openProgress(screen: Screen): Progress {
  if (!screen.json && screen.terminal) return rows(screen);
  const nothing = async (): Promise<void> => undefined;
  const report = (event: RunEvent): void => (screen.json ? screen.emit(asJson(event)) : reportAsText(event, screen));
  return { report, settle: nothing, abandon: nothing };
}

function asJson(event: RunEvent): Event {
  return event.type === 'change' ? { ...event, change: subjectOf(event.change) } : { ...event };
}

function reportAsText(event: RunEvent, screen: Screen): void {
  switch (event.type) {
    case 'connecting':
      screen.line(`connecting to ${event.hosts.join(', ')}`);
      break;
    case 'host':
      // The full error is printed once all hosts have been tried.
      if (event.state === 'failed') screen.line(`${event.host}: failed`);
      break;
    case 'pushing':
      screen.line(`sending files to ${event.hosts.join(', ')}`);
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
    case 'verifying':
      screen.line('verifying');
      break;
    case 'checking':
      screen.line(`checking ${event.hosts.join(', ')}`);
      break;
  }
}

function titleOf({ change }: Extract<ApplyEvent, { type: 'change' }>): string {
  return `${change.kind} ${change.key}`;
}

function rows(screen: Screen): Progress {
  // Other output must wait while rows are drawn.
  const notice = (text: string): void => void phase?.then((current) => current.remark(text));
  let phase: Promise<Phase> | undefined;
  const close = async (failure?: string): Promise<void> => {
    // Read before the first await: another phase may open in the meantime.
    const closing = phase;
    phase = undefined;
    screen.drawing.delete(notice);
    const current = await closing;
    current?.end(failure);
    await current?.drawn;
  };
  const open = (titles: readonly string[], heading?: string): void => {
    const former = close();
    phase = former.then(() => drawPhase(titles, heading, (text) => screen.shown(text)));
    screen.drawing.add(notice);
  };
  const row = (name: string, act: (row: Row) => void): void => {
    void phase?.then(({ rows: all }) => {
      const found = all.get(name);
      if (found !== undefined) act(found);
    });
  };
  return {
    settle: () => close(),
    abandon: () => close('aborted'),
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
        case 'pushing':
          open(event.hosts, 'sending files');
          break;
        case 'locking':
          open(['locking']);
          break;
        case 'verifying':
          open(['verifying']);
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
          for (const host of event.hosts) row(host, (one) => one.say('checking'));
          break;
      }
    },
  };
}
