import type { Meanings } from './meaning.ts';

const TIMING: Meanings = {
  delay_loop: 'interval between health checks',
  retry: { does: 'failed tries that are repeated before the real server is down', unit: 'tries' },
  delay_before_retry: 'time from a failed try to the next',
  warmup: 'upper limit of the random delay before the first health check',
};

const CHECKER: Meanings = {
  ...TIMING,
  alpha: 'the real server is down until this check has succeeded',
  log_all_failures: 'logs every failed check instead of only changes of state',
};

const CONNECTION: Meanings = {
  ...CHECKER,
  connect_timeout: 'time limit for connecting and for the answer',
  connect_ip: 'address that is checked, instead of that of the real server',
  connect_port: 'port that is checked, instead of that of the real server',
  bindto: 'source address of the check',
  bind_if: 'interface of the check',
  bind_port: 'source port of the check',
  fwmark: 'firewall mark on packets of the check',
};

const HTTP_GET: Meanings = {
  ...CONNECTION,
  http_protocol: 'HTTP version; `C` adds `Connection: close`, `K` adds `Connection: keep-alive`',
  virtualhost: 'Host header of requests',
  fast_recovery: 'does not wait between URLs until the state of the real server is found',
  url: {
    does: 'request that must be answered as expected; may be given several times',
    of: {
      path: 'path and query of the request',
      digest: 'MD5 digest of the body that is expected',
      status_code: 'HTTP status codes that are accepted, single or as ranges; any 2xx when nothing is expected',
      virtualhost: 'Host header of this request',
      regex: 'PCRE pattern that the body must match',
      regex_no_match: 'the body must not match the pattern',
      regex_options: 'PCRE options, by the names of pcre2_compile(3) without their prefix',
      regex_stack: { does: 'initial and largest size of the PCRE JIT stack', unit: 'bytes' },
      regex_min_offset: { does: 'offset in the body from which on the pattern may match', unit: 'bytes' },
      tls_compliant: 'ends the TLS session of this request with close_notify',
      regex_max_offset: { does: 'offset in the body before which the match must start', unit: 'bytes' },
    },
  },
  enable_sni: 'sends the host name in the TLS handshake',
  tls_compliant: 'ends a TLS session with close_notify',
  nb_get_retry: { does: 'old name of retry', unit: 'tries' },
};

const CHECKERS: Meanings = {
  TCP_CHECK: { does: 'health check that opens a TCP connection', of: CONNECTION },
  HTTP_GET: { does: 'health check by HTTP', of: HTTP_GET },
  SSL_GET: { does: 'health check by HTTPS; the certificate is not verified', of: HTTP_GET },
  SMTP_CHECK: {
    does: 'health check that speaks to a mail server up to HELO',
    of: {
      ...CONNECTION,
      helo_name: 'name that is sent in HELO',
      host: { does: 'address and port that is checked; may be given several times', of: CONNECTION },
    },
  },
  DNS_CHECK: {
    does: 'health check by a DNS query',
    of: { ...CONNECTION, type: 'record type that is asked for', name: 'domain name that is asked for; `.` by default' },
  },
  MISC_CHECK: {
    does: 'health check by a script, which succeeds with exit code 0',
    of: {
      ...CHECKER,
      connect_timeout: 'without effect',
      misc_path: 'command that is run',
      misc_timeout: 'time limit of a run, after which it has failed',
      misc_dynamic: 'exit codes from 2 to 255 set the weight of the real server to the code less 2',
      user: 'user, and optionally group, that it runs as',
    },
  },
  UDP_CHECK: {
    does: 'health check by a UDP packet, which fails on an ICMP error',
    of: {
      ...CONNECTION,
      payload: 'bytes of the packet, as hexadecimal digits',
      require_reply: 'fails without a reply; an optional pattern of hexadecimal digits must match it',
      min_reply_length: { does: 'least length of a reply', unit: 'bytes' },
      max_reply_length: { does: 'largest length of a reply', unit: 'bytes' },
    },
  },
  PING_CHECK: { does: 'health check by an ICMP echo request', of: CONNECTION },
  FILE_CHECK: {
    does: 'sets weight or state of the real server from the number in a file',
    of: {
      track_file: 'name of the track_file',
      weight: { does: 'factor for the number; 0 means down unless the number is 0', unit: '' },
      dynamic: 'without effect',
    },
  },
  BFD_CHECK: {
    does: 'health check by a BFD session',
    of: { name: 'name of the bfd_instance', alpha: 'counts as failed until the session is up' },
  },
};

const REAL_SERVER: Meanings = {
  ...TIMING,
  connect_timeout: 'time limit for connecting, for checks that name none',
  weight: 'share of new connections, in relation to the weights of the others; 0 takes none',
  lvs_method: 'forwarding method of this real server: DR, NAT or TUN, with options of a tunnel',
  notify_up: 'script that is run when the real server comes up',
  notify_down: 'script that is run when the real server goes down',
  uthreshold: { does: 'connections above which it gets no new ones; 0 is no limit', unit: 'connections' },
  lthreshold: { does: 'connections below which it gets new ones again', unit: 'connections' },
  smtp_alert: 'sends a mail when the real server comes up or goes down',
  virtualhost: 'Host header of HTTP checks that name none',
  snmp_name: 'name of the real server in SNMP',
  alpha: 'the real server is down until its checks have succeeded',
  inhibit_on_failure: 'sets the weight to 0 on failure instead of removing the real server',
  ...CHECKERS,
};

export const VIRTUAL_SERVER_MEANINGS: Meanings = {
  ...TIMING,
  connect_timeout: 'time limit for connecting, for checks that name none',
  lvs_sched: 'other name of lb_algo',
  lb_algo: 'scheduler that picks a real server for each new connection',
  lvs_method: 'other name of lb_kind',
  lb_kind: 'forwarding method: DR, NAT or TUN, with options of a tunnel',
  'flag-1': 'first flag of the scheduler',
  'flag-2': 'second flag of the scheduler',
  'flag-3': 'third flag of the scheduler',
  'sh-port': 'scheduler sh includes the source port in its hash',
  'sh-fallback': 'scheduler sh tries another real server when the one it picked has weight 0',
  'mh-port': 'scheduler mh includes the source port in its hash',
  'mh-fallback': 'scheduler mh tries another real server when the one it picked has weight 0',
  ops: 'schedules every UDP packet on its own',
  persistence_engine: 'kernel module that decides persistence, such as sip',
  persistence_timeout: {
    does: 'time that a client stays with its real server after its last connection',
    unit: 'seconds',
  },
  persistence_granularity: 'netmask, or prefix length for IPv6, within which clients count as one',
  protocol: 'transport protocol',
  ha_suspend: 'runs health checks only while this host holds the address of the virtual server',
  smtp_alert: 'sends mails about quorum and real servers',
  virtualhost: 'Host header of HTTP checks that name none',
  snmp_name: 'name of the virtual server in SNMP',
  alpha: 'every real server is down until its checks have succeeded',
  omega: 'runs notify_down and quorum_down when keepalived stops',
  weight: 'weight of real servers that name none',
  hashed: 'without effect',
  quorum: { does: 'sum of weights of real servers that must be up', unit: 'weight' },
  hysteresis: { does: 'weight above or below quorum that gains or loses it', unit: 'weight' },
  quorum_up: 'script that is run when quorum is gained',
  quorum_down: 'script that is run when quorum is lost',
  ip_family: 'address family of a virtual server by firewall mark',
  sorry_server: 'address and port that takes new connections when quorum is lost',
  sorry_server_inhibit: 'sets the weight of the sorry server to 0 instead of removing it',
  sorry_server_lvs_method: 'forwarding method of the sorry server',
  inhibit_on_failure: 'sets the weight of real servers to 0 on failure instead of removing them',
  real_server: { does: 'one real server: address and port, then its keywords', of: REAL_SERVER },
};

export const SSL_MEANINGS: Meanings = {
  password: 'password of the private key',
  ca: 'file of CA certificates',
  certificate: 'file of the client certificate',
  key: 'file of the private key',
};
