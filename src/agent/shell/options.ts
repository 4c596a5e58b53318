/** Parsed command line options. */
export interface Options {
  /** `parse` is internal: an agent reloads its configuration in a child process (`conf-reader.ts`). */
  readonly command: 'run' | 'test' | 'status' | 'replay' | 'parse' | 'version' | 'help';
  /** The configuration, or the recording of `replay`. */
  readonly file: string;
  readonly configId: string | undefined;
  readonly detail: boolean;
  readonly subsystems: 'all' | 'vrrp' | 'check';
  /** File to record events in, if any. */
  readonly record: string | undefined;
  readonly stateFile: string;
  readonly statusSocket: string;
  /** Keep addresses, or the table, on exit. */
  readonly keepAddresses: boolean;
  readonly keepTable: boolean;
}

export const DEFAULTS: Options = {
  command: 'run',
  file: '/etc/keepalived/keepalived.conf',
  configId: undefined,
  detail: false,
  subsystems: 'all',
  record: undefined,
  stateFile: '/run/lvs-agent/state.json',
  statusSocket: '/run/lvs-agent/status.sock',
  keepAddresses: false,
  keepTable: false,
};

export const HELP = `usage: lvs-agent [OPTION]...          run VRRP and virtual servers like keepalived
       lvs-agent status [-s SOCKET]  print the status of a running agent as JSON
       lvs-agent replay RECORDING    replay a recording and compare the final state

  -f, --use-file=FILE       configuration (${DEFAULTS.file})
  -t, --config-test[=FILE]  check the configuration and exit with keepalived's exit codes
  -i, --config-id=ID        select configuration lines that start with @ID
  -P, --vrrp                run VRRP only
  -C, --check               run virtual servers only
  -D, --log-detail          log debug messages
  -V, --dont-release-vrrp   keep the virtual addresses on exit
  -I, --dont-release-ipvs   keep the IPVS table on exit
      --record=FILE         record all events for replay. The file contains the configuration and packets including
                            passwords, and is readable by its owner only
      --state=FILE          state to resume from after a restart (${DEFAULTS.stateFile})
  -s, --status-socket=PATH  socket for status requests (${DEFAULTS.statusSocket})
  -v, --version
  -h, --help

-keepalived's -n, -l, -G and -R are accepted and ignored: the agent stays in the foreground and logs to stderr.
SIGHUP reloads the configuration and rejects an invalid one. SIGTERM resigns and exits.
With an advert_int below 1 s the agent uses real-time priority 50 unless vrrp_rt_priority is set.
`;

interface Flag {
  readonly long: string;
  readonly short: string | undefined;
  readonly value: 'none' | 'needed' | 'attached';
  readonly set: (options: Options, value: string) => Options;
}

const NOTHING = (options: Options): Options => options;

const FLAGS: readonly Flag[] = [
  { long: 'use-file', short: 'f', value: 'needed', set: (options, file) => ({ ...options, file }) },
  {
    long: 'config-test',
    short: 't',
    value: 'attached',
    set: (options, file) => ({ ...options, command: 'test', file: file === '' ? options.file : file }),
  },
  { long: 'config-id', short: 'i', value: 'needed', set: (options, configId) => ({ ...options, configId }) },
  { long: 'vrrp', short: 'P', value: 'none', set: (options) => ({ ...options, subsystems: 'vrrp' }) },
  { long: 'check', short: 'C', value: 'none', set: (options) => ({ ...options, subsystems: 'check' }) },
  { long: 'all', short: undefined, value: 'none', set: (options) => ({ ...options, subsystems: 'all' }) },
  { long: 'log-detail', short: 'D', value: 'none', set: (options) => ({ ...options, detail: true }) },
  { long: 'dont-release-vrrp', short: 'V', value: 'none', set: (options) => ({ ...options, keepAddresses: true }) },
  { long: 'dont-release-ipvs', short: 'I', value: 'none', set: (options) => ({ ...options, keepTable: true }) },
  { long: 'record', short: undefined, value: 'needed', set: (options, record) => ({ ...options, record }) },
  { long: 'state', short: undefined, value: 'needed', set: (options, stateFile) => ({ ...options, stateFile }) },
  {
    long: 'status-socket',
    short: 's',
    value: 'needed',
    set: (options, statusSocket) => ({ ...options, statusSocket }),
  },
  { long: 'version', short: 'v', value: 'none', set: (options) => ({ ...options, command: 'version' }) },
  { long: 'help', short: 'h', value: 'none', set: (options) => ({ ...options, command: 'help' }) },
  { long: 'dont-fork', short: 'n', value: 'none', set: NOTHING },
  { long: 'log-console', short: 'l', value: 'none', set: NOTHING },
  { long: 'no-syslog', short: 'G', value: 'none', set: NOTHING },
  { long: 'dont-respawn', short: 'R', value: 'none', set: NOTHING },
];

/** @param argv arguments after the program name. @returns an error message for invalid arguments */
export function parseOptions(argv: readonly string[]): Options | string {
  const words = [...argv];
  let options = DEFAULTS;
  const [command] = words;
  if (command === 'status' || command === 'replay' || command === 'parse') {
    words.shift();
    options = { ...options, command };
  }
  if (command === 'replay') {
    const file = words.shift();
    if (file === undefined) return 'lvs-agent replay requires a recording';
    options = { ...options, file };
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const taken = word.startsWith('--') ? takeLong(options, word, words) : takeShort(options, word, words);
    if (typeof taken === 'string') return taken;
    options = taken;
  }
  return options;
}

function takeLong(options: Options, word: string, words: string[]): Options | string {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const flag = FLAGS.find((one) => one.long === name);
  if (flag === undefined) return `unknown option --${name}; see \`lvs-agent --help\``;
  if (equals >= 0) {
    return flag.value === 'none' ? `--${name} takes no value` : flag.set(options, word.slice(equals + 1));
  }
  return takeValue(options, flag, `--${name}`, words);
}

/** Short options can be combined, as in -nlD; the rest of the word is the value of the first that takes one. */
function takeShort(options: Options, word: string, words: string[]): Options | string {
  if (!word.startsWith('-') || word.length < 2)
    return options.command === 'test'
      ? `${word}: -t requires its file in the same word; use -t${word} or -f ${word}`
      : `unexpected argument ${word}; see \`lvs-agent --help\``;
  let current = options;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const flag = FLAGS.find((one) => one.short === letter);
    if (flag === undefined) return `unknown option -${letter}; see \`lvs-agent --help\``;
    const rest = word.slice(at + 1);
    if (flag.value !== 'none' && rest !== '') return flag.set(current, rest);
    const taken = takeValue(current, flag, `-${letter}`, words);
    if (typeof taken === 'string') return taken;
    current = taken;
  }
  return current;
}

function takeValue(options: Options, flag: Flag, shown: string, words: string[]): Options | string {
  if (flag.value !== 'needed') return flag.set(options, '');
  const value = words.shift();
  return value === undefined ? `${shown} requires a value` : flag.set(options, value);
}
