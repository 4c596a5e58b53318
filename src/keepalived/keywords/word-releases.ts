const ADDRESS = {
  autojoin: '1.3.6',
  home: '1.3.6',
  mngtmpaddr: '1.3.6',
  noprefixroute: '1.3.6',
  peer: '2.0.0',
  no_track: '2.0.3',
  preferred_lft: '2.0.20',
};

/** The first release that reads a word behind a keyword, or on a line of its block, as the sources of the releases have it. */
const RELEASES: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  Object.entries<Readonly<Record<string, string>>>({
    // Before 2.0.7 keepalived passes any name to the kernel, whose schedulers are then older too.
    'virtual_server/lb_algo': { mh: '2.0.7', twos: '2.2.5' },
    'virtual_server/lb_kind': { type: '2.0.18' },
    'virtual_server/protocol': { SCTP: '1.2.20' },
    'vrrp_instance/virtual_ipaddress': ADDRESS,
    'vrrp_instance/virtual_ipaddress_excluded': ADDRESS,
  }),
);

/** Those of the words that not every release reads, with the release that brought them. */
export function sinceOfWords(
  path: readonly string[],
  words: readonly string[],
): readonly (readonly [word: string, since: string])[] {
  const releases = RELEASES.get(path.join('/'));
  if (releases === undefined) return [];
  return [...new Set(words)].flatMap((word) => {
    const since = Object.hasOwn(releases, word) ? releases[word] : undefined;
    return since === undefined ? [] : [[word, since] as const];
  });
}

/** Every release that brought a word. */
export function releasedWords(): readonly string[] {
  return [...RELEASES.values()].flatMap((words) => Object.values(words));
}
