/**  */
export const EVENTS = {
  connecting: { means: 'lvsctl connects to the hosts', keys: { hosts: 'names' }, optional: {} },
  host: {
    means: 'the connection to a host or its observation has succeeded or failed',
    keys: { host: 'name', state: '`connected`, `observed` or `failed`' },
    optional: { message: 'why it failed' },
  },
  pushing: { means: 'files are sent to hosts', keys: { hosts: 'names' }, optional: {} },
  locking: { means: 'hosts are being locked', keys: { hosts: 'names' }, optional: {} },
  plan: {
    means: 'the plan that is about to be applied',
    keys: { plan: 'waves of changes, engines, warnings, unreadable hosts' },
    optional: {},
  },
  wave: {
    means: 'a wave of changes begins',
    keys: { index: 'from 0', count: 'waves of the plan', title: 'description of the wave', hosts: 'names' },
    optional: {},
  },
  change: {
    means: 'a change begins or ends',
    keys: { state: '`started`, `done` or `failed`', change: 'host, role, kind, key and action' },
    optional: {},
  },
  note: {
    means: 'a host waits for something, has received so much, or is about to take over an instance',
    keys: { host: 'name', text: 'a phrase' },
    optional: {},
  },
  checking: { means: 'hosts are observed again before the next wave', keys: { hosts: 'names' }, optional: {} },
  outcome: {
    means: 'the outcome of a change',
    keys: { status: '`done`, `failed` or `skipped`', change: 'host, role, kind, key and action' },
    optional: { failure: 'as in the event `failure`', because: 'why it was skipped' },
  },
  verifying: { means: 'the cluster is being verified', keys: {}, optional: {} },
  check: {
    means: 'the result of a check',
    keys: {
      check: 'stable name',
      status: '`passed`, `failed` or `skipped`',
      title: 'the condition that is checked',
      expected: 'the expected state',
      actual: 'the actual state',
    },
    optional: { fix: 'how to resolve the difference' },
  },
  failover: {
    means: 'a step of a failover test',
    keys: { kind: 'stable name of the step' },
    optional: { fault: '`daemon`, `cable`, `inside-cable` or `web`', host: 'name', result: 'the measurements' },
  },
  director: {
    means: 'the state of a director',
    keys: {
      host: 'name',
      engine: '`keepalived`, `agent` or null',
      version: 'of the engine',
      state: 'of VRRP, where all instances have the same; else null',
      instances: 'name and state of each VRRP instance',
      holds: 'virtual addresses',
      problems: 'sentences',
      services: 'virtual servers with their real servers',
    },
    optional: {},
  },
  'host-key': {
    means: 'a host key that is not known yet, before it is recorded',
    keys: {
      host: 'name, of a jump host `user@host:port`',
      name: 'in known_hosts',
      keyType: 'as `ssh-ed25519`',
      fingerprint: 'as `SHA256:…`',
    },
    optional: {},
  },
  facts: {
    means: 'facts about a host',
    keys: { host: 'name', role: '`director`, `real-server` or `client`' },
    optional: {},
  },
  file: {
    means: 'a rendered file of a host',
    keys: { host: 'name', path: 'absolute', mode: 'octal', text: 'content, secrets redacted' },
    optional: {},
  },
  value: {
    means: 'a value of the inventory',
    keys: { path: 'path in the inventory', value: 'as text', origin: 'file and line, or the reason for the default' },
    optional: {},
  },
  output: {
    means: 'a host has finished the command of `exec`',
    keys: { host: 'name', exitCode: 'of the command', stdout: 'text', stderr: 'text' },
    optional: {},
  },
  clock: {
    means: 'the clock of a host was compared with the local one',
    keys: { host: 'name', offset: 'seconds; positive when the host is ahead', uncertainty: 'seconds' },
    optional: {},
  },
  log: {
    means: 'a message of a log, in the order of time',
    keys: {
      host: 'name',
      time: 'RFC 3339, by the local clock',
      program: 'name or null',
      pid: 'number or null',
      unit: 'of systemd, or null',
      priority: '0 to 7 as in syslog(3), or null',
      text: 'the message',
    },
    optional: {},
  },
  collecting: { means: 'a step of collecting packages', keys: { line: 'a sentence' }, optional: {} },
  bundle: {
    means: 'the packages of a bundle for one platform',
    keys: {
      platform: 'as in `debian-12-x86_64`',
      format: '`deb`, `rpm`, `apk` or `pacman`',
      packages: 'names, as in Debian',
      files: 'their number',
      bytes: 'of all files',
    },
    optional: {},
  },
  digest: {
    means: 'the digest of a page of a real server',
    keys: { host: 'the director that asked', url: 'place and path', configured: 'digest of the inventory, or null' },
    optional: { digest: 'MD5 sum of the body', status: 'of HTTP', error: 'why there is no digest' },
  },
  table: {
    means: 'the saved IPVS table of a director',
    keys: { host: 'name', text: 'as `ipvsadm -Sn` prints it', file: 'where it was written, or null' },
    optional: {},
  },
  adopted: {
    means: 'the inventory that `adopt` made',
    keys: {
      inventory: 'YAML',
      directors: 'name and differences of what it renders',
      diagnostics: 'what `lint` finds in it',
      file: 'where it was written, or null',
    },
    optional: {},
  },
  diagnostic: {
    means: 'an error in the inventory, or a warning about it',
    keys: { severity: '`error` or `warning`', file: 'name', path: 'path in the inventory', what: 'a sentence' },
    optional: { line: 'from 1', hint: 'suggested fix' },
  },
  failure: {
    means: 'something failed',
    keys: {
      code: 'stable name, see below',
      message: 'a sentence',
      host: 'name or null',
      hint: 'suggested fix, or null',
      exitCode: 'of a command, or null',
      stderr: 'of a command, or null',
      retryable: 'whether a retry may succeed',
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

/** One line of `--json` output. */
export type Event = {
  readonly [T in keyof typeof EVENTS]: { readonly type: T } & Readonly<
    Record<keyof (typeof EVENTS)[T]['keys'], unknown>
  > & { readonly [key: string]: unknown };
}[keyof typeof EVENTS];
