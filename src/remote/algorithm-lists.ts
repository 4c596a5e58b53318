import type { Algorithms } from 'ssh2';
import { Failure } from '../failure.ts';
import type { AlgorithmList, SshAccess } from './access.ts';
import { algorithms, SUPPORTED } from './algorithms.ts';
import { matchesPattern } from './pattern.ts';

/**
 * Applies a list in OpenSSH's syntax to the algorithms that lvsctl offers by itself: `+` appends, `-` removes, `^` puts
 * first, else the list replaces them. Names that are not supported are dropped.
 */
export function applyList(list: string, usual: readonly string[], supported: readonly string[]): readonly string[] {
  const named = list.replace(/^[+^-]/, '').split(',');
  const among = (all: readonly string[]): readonly string[] => [
    ...new Set(named.flatMap((pattern) => all.filter((one) => matchesPattern(pattern, one)))),
  ];
  switch (list.charAt(0)) {
    case '+':
      return [...new Set([...usual, ...among(supported)])];
    case '-':
      return usual.filter((one) => !among(usual).includes(one));
    case '^':
      return [...new Set([...among(supported), ...usual])];
    default:
      return among(supported);
  }
}

/**
 * The algorithms offered to a host, changed by what the configuration of OpenSSH says of it.
 * @throws Failure `unsupported` when nothing is left of a list
 */
export function chosenAlgorithms(name: string, access: SshAccess, knownTypes: readonly string[]): Algorithms {
  const lists = access.algorithms ?? {};
  const keys = lists.serverHostKey;
  // A list of the user's own is in the order of the user.
  const usual = algorithms(keys === undefined || /^[+-]/.test(keys.list) ? knownTypes : []);
  const choose = (kind: keyof typeof SUPPORTED, given: AlgorithmList | undefined): readonly string[] => {
    const offered = usual[kind] as readonly string[];
    if (given === undefined) return offered;
    const chosen = applyList(given.list, offered, SUPPORTED[kind]);
    if (chosen.length > 0) return chosen;
    throw new Failure('unsupported', `${name}: none of the algorithms in ${given.origin} is supported: ${given.list}`, {
      host: name,
      hint: `Supported are ${SUPPORTED[kind].join(', ')}. Add one to the list.`,
    });
  };
  return {
    ...usual,
    kex: choose('kex', lists.kex),
    cipher: choose('cipher', lists.cipher),
    hmac: choose('hmac', lists.hmac),
    serverHostKey: choose('serverHostKey', keys),
  } as Algorithms;
}
