/** What the command line asks for. */
export interface Options {
  /** `parse` is how an agent reads its configuration again: in a process of its own (`conf-reader.ts`). */
  readonly command: 'run' | 'test' | 'status' | 'replay' | 'parse' | 'version' | 'help';
  /** The configuration, or the recording of `replay`. */
  readonly file: string;
  readonly configId: string | undefined;
  readonly detail: boolean;
  readonly subsystems: 'all' | 'vrrp' | 'check';
  /** Where to write down all that happens; undefined: nowhere. */
  readonly record: string | undefined;
  readonly stateFile: string;
  readonly statusSocket: string;
  /** Leave addresses, or the table, as they are at the end. */
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

export const HELP = `usage: lvs-agent [OPTION]...          keep addresses and virtual servers, as keepalived does
       lvs-agent status [-s SOCKET]  print what a running agent knows, as JSON
       lvs-agent replay RECORDING    run a recording again, and compare how it ends

  -f, --use-file=FILE       configuration (${DEFAULTS.file})
  -t, --config-test[=FILE]  only read it: 0 when it is good, else keepalived's exit codes
  -i, --config-id=ID        for lines that begin with @ID
  -P, --vrrp                only VRRP
  -C, --check               only virtual servers
  -D, --log-detail          log more
  -V, --dont-release-vrrp   leave the addresses where they are at the end
  -I, --dont-release-ipvs   leave the table of virtual servers as it is at the end
      --record=FILE         write down all that happens, for replay. The file holds the configuration and the packets,
                            with their passwords, and can be read by its owner only
      --state=FILE          what a restart takes over (${DEFAULTS.stateFile})
  -s, --status-socket=PATH  (${DEFAULTS.statusSocket})
  -v, --version
  -h, --help

-n, -l, -G and -R of keepalived are taken and change nothing: it stays in the foreground and logs to stderr.
SIGHUP reads the configuration again; one with mistakes is refused. SIGTERM resigns and ends.
With an advert_int below 1 s it takes real-time priority 50 by itself; vrrp_rt_priority says another.
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

/** @param argv as after the program's name. @returns a sentence for stderr when it is not understood */
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
    if (file === undefined) return 'lvs-agent replay needs the file of a recording';
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
  if (flag === undefined) return `there is no option --${name}; \`lvs-agent --help\` lists them`;
  if (equals >= 0) {
    return flag.value === 'none' ? `--${name} takes no value` : flag.set(options, word.slice(equals + 1));
  }
  return takeValue(options, flag, `--${name}`, words);
}

/** Letters may stand together, as in -nlD; the rest of the word is the value of the first that takes one. */
function takeShort(options: Options, word: string, words: string[]): Options | string {
  if (!word.startsWith('-') || word.length < 2)
    return options.command === 'test'
      ? `${word}: -t takes its file in the same word: -t${word}, or as -f ${word}`
      : `${word}: nothing is expected here; \`lvs-agent --help\` says what is`;
  let current = options;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const flag = FLAGS.find((one) => one.short === letter);
    if (flag === undefined) return `there is no option -${letter}; \`lvs-agent --help\` lists them`;
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
  return value === undefined ? `${shown} needs a value` : flag.set(options, value);
}
