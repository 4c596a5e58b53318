import {
  type Keywords,
  exact,
  once,
  outdated,
  tested,
  address,
  anyCase,
  bareBool,
  block,
  choice,
  flag,
  ignored,
  looseNumber,
  namedBlock,
  number,
  optionalQuoted,
  script,
  secret,
  shortWord,
  seconds,
  timer,
  unsupported,
  word,
  words,
} from './keyword.ts';

/** The largest number of seconds that keepalived can represent. */
const FOREVER = 18_446_744_073_709.55;
const NO_SNMP = 'the agent does not support SNMP';

/** For virtual servers, real servers and checkers; the innermost value applies. */
const TIMING = {
  delay_loop: timer(0.000001, FOREVER),
  connect_timeout: timer(0.000001, 4294.967295),
  retry: number(1, 4_294_967_295),
  delay_before_retry: timer(0, FOREVER),
  warmup: timer(0, FOREVER),
} satisfies Keywords;

export const URL: Keywords = {
  path: word,
  digest: once(word),
  status_code: words(0),
  virtualhost: tested(word),
  regex: optionalQuoted,
  regex_no_match: flag,
  regex_options: words(0),
  regex_stack: ignored('the agent allocates what a pattern needs', words(0)),
  regex_min_offset: looseNumber(0, 4_294_967_295),
  regex_max_offset: looseNumber(0, 4_294_967_295),
  // The agent always sends close_notify.
  tls_compliant: bareBool,
};

const { connect_timeout, ...UNCONNECTED } = TIMING;

const CHECKER: Keywords = {
  ...UNCONNECTED,
  retry: number(0, 4_294_967_295),
  alpha: bareBool,
  log_all_failures: bareBool,
};

export const CONNECTION: Keywords = {
  ...CHECKER,
  connect_timeout,
  connect_ip: address,
  connect_port: number(1, 65_535),
  bindto: address,
  bind_if: word,
  bind_port: number(1, 65_535),
  fwmark: number(0, 4_294_967_295),
};

const HTTP_GET: Keywords = {
  ...CONNECTION,
  http_protocol: tested(choice('1.0', '1.0c', '1.0C', '1.0k', '1.0K', '1.1', '1.1c', '1.1C', '1.1k', '1.1K')),
  virtualhost: tested(word),
  // The agent always checks all URLs in turn.
  fast_recovery: bareBool,
  url: block(URL),
  enable_sni: bareBool,
  // The agent always sends close_notify.
  tls_compliant: bareBool,
  // The former name of retry; 2.2.7 accepts and reports it.
  nb_get_retry: number(0, 4_294_967_295),
};

/** Checkers by name. */
export const CHECKERS: Readonly<Record<string, Keywords>> = {
  TCP_CHECK: CONNECTION,
  HTTP_GET,
  SSL_GET: HTTP_GET,
  SMTP_CHECK: {
    ...CONNECTION,
    helo_name: tested(word),
    host: block(CONNECTION),
  },
  DNS_CHECK: { ...CONNECTION, type: anyCase('A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'), name: once(word) },
  MISC_CHECK: {
    ...CHECKER,
    connect_timeout: outdated('only the man page of keepalived mentions it'),
    misc_path: tested(script),
    misc_timeout: seconds(0, 4294),
    misc_dynamic: flag,
    user: tested(words(1)),
  },
  UDP_CHECK: {
    ...CONNECTION,
    payload: tested(words(1)),
    require_reply: words(0),
    min_reply_length: number(0, 65_535),
    max_reply_length: number(0, 65_535),
  },
  PING_CHECK: CONNECTION,
  FILE_CHECK: {
    track_file: word,
    weight: words(0),
    dynamic: outdated('only the man page of keepalived mentions it'),
  },
};

/** Checkers as keywords of a real server. */
export const CHECKER_BLOCKS: Keywords = {
  ...Object.fromEntries(Object.entries(CHECKERS).map(([name, keywords]) => [name, block(keywords)])),
  BFD_CHECK: unsupported('the agent does not support BFD', block({ name: word, alpha: bareBool })),
};

export const REAL_SERVER: Keywords = {
  ...TIMING,
  weight: number(0, 2_147_483_647),
  lvs_method: words(1),
  notify_up: once(script),
  notify_down: once(script),
  uthreshold: number(0, 4_294_967_295),
  lthreshold: number(0, 4_294_967_295),
  smtp_alert: bareBool,
  virtualhost: tested(word),
  snmp_name: exact(ignored(NO_SNMP, tested(word))),
  alpha: bareBool,
  inhibit_on_failure: bareBool,
  ...CHECKER_BLOCKS,
};

export const VIRTUAL_SERVER: Keywords = {
  ...TIMING,
  lvs_sched: word,
  lb_algo: word,
  lvs_method: words(1),
  lb_kind: words(1),
  'flag-1': flag,
  'flag-2': flag,
  'flag-3': flag,
  'sh-port': flag,
  'sh-fallback': flag,
  'mh-port': flag,
  'mh-fallback': flag,
  ops: flag,
  persistence_engine: shortWord(15),
  persistence_timeout: words(0),
  persistence_granularity: word,
  protocol: anyCase('TCP', 'UDP', 'SCTP'),
  ha_suspend: flag,
  smtp_alert: bareBool,
  virtualhost: tested(word),
  snmp_name: exact(ignored(NO_SNMP, tested(word))),
  alpha: flag,
  omega: flag,
  weight: number(1, 2_147_483_647),
  hashed: flag,
  quorum: number(1, 4_294_967_295),
  hysteresis: number(0, 4_294_967_295),
  quorum_up: once(script),
  quorum_down: once(script),
  ip_family: choice('inet', 'inet6'),
  sorry_server: words(1),
  sorry_server_inhibit: flag,
  sorry_server_lvs_method: words(0),
  inhibit_on_failure: flag,
  real_server: namedBlock(REAL_SERVER),
};

export const SSL: Keywords = {
  password: secret,
  ca: word,
  certificate: word,
  key: word,
};
