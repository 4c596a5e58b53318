/** What `--json` prints, by type: when, with which keys, and with which optional ones. */
export const EVENTS = {
  connecting: { means: 'hosts are being connected to', keys: { hosts: 'names' }, optional: {} },
  host: {
    means: 'a host was reached, observed, or neither',
    keys: { host: 'name', state: '`connected`, `observed` or `failed`' },
    optional: { message: 'why it failed' },
  },
  locking: { means: 'hosts are being locked', keys: { hosts: 'names' }, optional: {} },
  plan: {
    means: 'what deploy is about to change',
    keys: { plan: 'waves of changes, engines, unreadable hosts' },
    optional: {},
  },
  wave: {
    means: 'a wave of changes begins',
    keys: { index: 'from 0', count: 'waves of the plan', title: 'what the wave is', hosts: 'names' },
    optional: {},
  },
  change: {
    means: 'a change begins or ends',
    keys: { state: '`started`, `done` or `failed`', change: 'host, role, kind, key and action' },
    optional: {},
  },
  note: { means: 'a host waits for something', keys: { host: 'name', text: 'what for' }, optional: {} },
  checking: { means: 'hosts are observed again before the next wave', keys: { hosts: 'names' }, optional: {} },
  outcome: {
    means: 'what became of a change',
    keys: { status: '`done`, `failed` or `skipped`', change: 'host, role, kind, key and action' },
    optional: { failure: 'as the event of this name', because: 'why it was skipped' },
  },
  verifying: { means: 'the cluster is being verified', keys: {}, optional: {} },
  check: {
    means: 'the result of a check',
    keys: {
      check: 'stable name',
      status: '`passed`, `failed` or `skipped`',
      title: 'what is proven',
      expected: 'what was expected',
      saw: 'what was seen',
    },
    optional: { todo: 'what to do' },
  },
  failover: {
    means: 'a step of a failover test',
    keys: { kind: 'stable name of the step' },
    optional: { fault: '`daemon`, `cable` or `web`', host: 'name', result: 'what was measured' },
  },
  director: {
    means: 'the state of a director',
    keys: {
      host: 'name',
      engine: '`keepalived`, `agent` or null',
      version: 'of the engine',
      state: 'of VRRP',
      holds: 'virtual addresses',
      problems: 'sentences',
      services: 'virtual servers with their real servers',
    },
    optional: {},
  },
  facts: {
    means: 'what a host is',
    keys: { host: 'name', role: '`director`, `real-server` or `client`' },
    optional: {},
  },
  file: {
    means: 'a file that a host would get',
    keys: { host: 'name', path: 'absolute', mode: 'octal', text: 'without secrets' },
    optional: {},
  },
  value: {
    means: 'a value of the inventory',
    keys: { path: 'its place', value: 'as text', origin: 'where it was written, or the reason of the default' },
    optional: {},
  },
  diagnostic: {
    means: 'a mistake in the inventory, or a doubt about it',
    keys: { severity: '`error` or `warning`', file: 'name', path: 'place in the inventory', what: 'a sentence' },
    optional: { line: 'from 1', hint: 'what to do' },
  },
  failure: {
    means: 'something failed',
    keys: {
      code: 'stable name, see below',
      message: 'a sentence',
      host: 'name or null',
      hint: 'what to do, or null',
      exitCode: 'of a command, or null',
      stderr: 'of a command, or null',
      retryable: 'whether the same may succeed when it is tried again',
    },
    optional: {},
  },
  lab: { means: 'a step of building a lab', keys: { line: 'a sentence' }, optional: {} },
  result: {
    means: 'the last line of every run',
    keys: { exitCode: 'of lvsctl' },
    optional: { command: 'the verb', status: 'of a deploy or a lab', plan: 'of `plan`', report: 'of `failover-test`' },
  },
} as const satisfies Readonly<Record<string, EventShape>>;

interface EventShape {
  readonly means: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
}

/** A line of `--json`: an object with all keys of its type. */
export type Event = {
  readonly [T in keyof typeof EVENTS]: { readonly type: T } & Readonly<
    Record<keyof (typeof EVENTS)[T]['keys'], unknown>
  > & { readonly [key: string]: unknown };
}[keyof typeof EVENTS];
