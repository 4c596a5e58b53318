import * as fc from 'fast-check';

const name = fc.constantFrom('web1', 'web2', 'db', 'Web1', '10.0.0.1', 'a.example.com');
const user = fc.constantFrom('root', 'ops', 'Ops', 'deploy');
const pattern = fc.constantFrom('*', 'web*', 'web?', '!web2', '!db', 'db', '10.0.0.*', '*.example.com', 'WEB1', 'x');
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });

const quoted = (word: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(word, fc.constantFrom('', '"', "'")).map(([text, quote]) => `${quote}${text}${quote}`);

/** Between a keyword and its argument. */
const separator = fc.constantFrom(' ', '  ', '\t', '=', ' = ', '= ');
const end = fc.constantFrom('', '', ' ', '\t', ' # a remark');

function line(keyword: string, argument: fc.Arbitrary<string>, tail: fc.Arbitrary<string> = end): fc.Arbitrary<string> {
  const cased = fc.constantFrom(keyword, keyword.toLowerCase(), keyword.toUpperCase());
  return fc
    .tuple(fc.constantFrom('', ' ', '\t'), cased, separator, argument, tail)
    .map(([indent, ...rest]) => indent + rest.join(''));
}

const file = fc.constantFrom('~/.ssh/a', '/k/b', '/k/%h-%r', '/k/%n', '/k/%p%%', '~/c d', '/k/${KEYS}/e');
const hop = fc.constantFrom('jump', 'ops@jump', 'jump:2222', 'ops@jump:22', '[fd00::1]:22');

const setting = fc.oneof(
  line('HostName', quoted(fc.constantFrom('10.1.1.1', '%h.internal', 'db', 'web2'))),
  line('User', quoted(user)),
  line('Port', quoted(fc.integer({ min: 1, max: 65_535 }).map(String))),
  line(
    'IdentityFile',
    fc.oneof(
      file.filter((one) => !one.includes(' ')),
      fc.constantFrom('"~/c d"', "'~/c d'", String.raw`~/c\ d`),
    ),
  ),
  line('IdentitiesOnly', fc.constantFrom('yes', 'no', 'true', 'false')),
  line('HostKeyAlias', quoted(name)),
  line('UserKnownHostsFile', fc.constantFrom('/k/1', '"/k/1" /k/2', '/k/%h')),
  line('StrictHostKeyChecking', fc.constantFrom('yes', 'no', 'ask', 'accept-new', 'off')),
  line('ConnectTimeout', fc.constantFrom('5', '1m', '1m30s', '2h')),
  line('ServerAliveInterval', fc.constantFrom('5', '1m')),
  line('ServerAliveCountMax', fc.constantFrom('2', '7')),
  line(
    'ProxyJump',
    fc.oneof(
      hop,
      fc.tuple(hop, hop).map((two) => two.join(',')),
      fc.constant('none'),
    ),
    fc.constantFrom('', ' '),
  ),
  line(
    'ProxyCommand',
    fc.constantFrom('nc %h %p', 'none', 'ssh -W "%h:%p" jump # not a remark'),
    fc.constantFrom('', ' '),
  ),
  line('ForwardAgent', fc.constantFrom('yes', 'no')),
  fc.constantFrom('', '# a remark', '  \t'),
);

const criterion = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '!'), fc.constantFrom('host', 'originalhost'), patterns)
    .map(([not, key, list]) => `${not}${key} ${list.join(',')}`),
  fc
    .tuple(
      fc.constantFrom('', '!'),
      fc.constantFrom('user', 'localuser'),
      fc.array(user, { minLength: 1, maxLength: 2 }),
    )
    .map(([not, key, list]) => `${not}${key} ${list.join(',')}`),
  fc.constantFrom('final', '!final', 'canonical', '!canonical'),
);

const block = fc.oneof(
  line(
    'Host',
    patterns.map((list) => list.join(' ')),
  ),
  fc.array(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Match ${all.join(' ')}`),
  fc.constantFrom('Match all', 'Match final all', 'Match canonical all'),
  fc.constant('Include part-*'),
);

const text = fc.array(fc.oneof({ arbitrary: setting, weight: 3 }, { arbitrary: block, weight: 1 }), { maxLength: 14 });
const part = fc.array(
  fc.oneof(
    { arbitrary: setting, weight: 3 },
    { arbitrary: block.filter((one) => !one.startsWith('Include')), weight: 1 },
  ),
  { maxLength: 6 },
);

/** A configuration, the files that it includes, and a destination. */
export const sshConfigCase = fc.record({
  main: text.map((lines) => lines.join('\n')),
  parts: fc.array(
    part.map((lines) => lines.join('\n')),
    { maxLength: 2 },
  ),
  destination: name,
  user: fc.option(user, { nil: undefined }),
  port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
});
