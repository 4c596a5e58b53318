/** What keeps a package manager from its packages, with the action of a person. */
interface Trouble {
  readonly kind: string;
  /** Matches lines of any package manager. */
  readonly pattern: RegExp;
  /** Completes "FIX. Then run the same command again". */
  readonly fix: string;
}

const FOLDER = 'or put the packages into a folder on the host and set packages.local_mount';

const PROXY_SETTINGS =
  'apt: Acquire::http::Proxy in /etc/apt/apt.conf.d; dnf and yum: proxy in their .conf; zypper: /etc/sysconfig/proxy; pacman and apk: http_proxy';

/** The first that matches is the cause: a proxy may answer with a page of its own, and a full disk breaks downloads. */
const TROUBLES: readonly Trouble[] = [
  {
    kind: 'full disk',
    pattern:
      /no space left|not enough (?:free )?(?:disk )?space|(?:enough|more) (?:free )?space (?:in|needed|on)|needs \S+ more space|too full|insufficient (?:disk )?space|disk quota/i,
    fix: 'The disk of the host is full: free space below /var and /usr',
  },
  {
    kind: 'lock',
    pattern:
      /could not get lock|unable to (?:acquire|lock)|still holds|failed to (?:init(?:ialize)?|lock) .*lock|database is locked|system management is locked|another app is currently holding|can't create transaction lock/i,
    fix: 'Another program on the host holds the lock of the package manager: let it end, or stop it; unattended upgrades are often the reason',
  },
  {
    kind: 'proxy login',
    pattern: /\b407\b|proxy authentication/i,
    fix: `The proxy asks for a login: give the host's package manager user and password for it (${PROXY_SETTINGS}), ${FOLDER}`,
  },
  {
    kind: 'refused by a proxy or mirror',
    pattern:
      /\b403\b\s*forbidden|(?:error|code|status)[^\n]{0,20}\b403\b|\b403 for\b|: permission denied$|permission to access .* denied/i,
    fix: `A proxy or the mirror refuses the host: allow its repositories there, choose another mirror, ${FOLDER}`,
  },
  {
    kind: 'expired or future metadata',
    pattern:
      /release file .*(?:expired|not valid yet|invalid (?:since|for))|(?:metadata|repomd\.xml|signature).{0,40}(?:expired|outdated|in the future)|keyexpired|key .*expired/i,
    fix: `The package lists are too old or in the future: check the clock of the host (\`date\`), renew the mirror or its key, ${FOLDER}`,
  },
  {
    kind: 'TLS',
    pattern:
      /certificate|\bSSL\b|\bTLS\b|gnutls|curl error (?:\(?(?:35|51|58|60|77|83)\)?)|curl#(?:35|51|58|60|77|83)\b/i,
    fix: `The host does not trust the certificate of the repository: check its clock and ca-certificates, or add the authority of a proxy that opens TLS, ${FOLDER}`,
  },
  {
    kind: 'signature',
    pattern:
      /\bno_?pubkey\b|gpg error|gpg check failed|public key|is not signed|untrusted signature|unknown trust|invalid or corrupted package/i,
    fix: `The host does not have the key of the repository: install its keyring, ${FOLDER}`,
  },
  {
    kind: 'names',
    pattern:
      /(?:could not|couldn't|cannot|can't|failed to|unable to) resolve|temporary failure (?:in name resolution|resolving)|name or service not known|curl error \(?6\)?:|curl#6\b|temporary error \(try again later\)|DNS (?:lookup|error)/i,
    fix: `The host cannot resolve the name of a repository: check its name servers (/etc/resolv.conf) and network; behind a proxy, name it to the package manager (${PROXY_SETTINGS}), ${FOLDER}`,
  },
  {
    kind: 'refused connection',
    pattern:
      /connection refused|(?:could not|couldn't|failed to|unable to|cannot) connect|no route to host|network is unreachable|curl error \(?7\)?:|curl#7\b|network error \(check/i,
    fix: `The host cannot connect to a repository: check its routes and firewalls, and the address of its proxy (${PROXY_SETTINGS}), ${FOLDER}`,
  },
  {
    kind: 'timeout',
    pattern: /timed? ?out|timeout was reached|too slow|curl error \(?28\)?:|curl#28\b|\[errno 12\]/i,
    fix: `A repository does not answer: a firewall may drop the packets, or a proxy is needed (${PROXY_SETTINGS}), ${FOLDER}`,
  },
];

/** What is wrong according to an error of a package manager, and the action; undefined for another cause. */
export function troubleIn(line: string): Pick<Trouble, 'kind' | 'fix'> | undefined {
  return TROUBLES.find(({ pattern }) => pattern.test(line));
}
