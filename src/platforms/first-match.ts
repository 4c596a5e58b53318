import { type Command, lines, sh } from '../remote/command.ts';

/** Does on a host what the first of a list of platforms that it has needs done, and nothing where it has none. */
export function firstMatch<T extends { readonly detect: Command }>(
  all: readonly T[],
  work: (platform: T) => Command,
): Command {
  const branches = all.map(
    (platform, index) => sh`${index === 0 ? sh`if` : sh`elif`} ${platform.detect}; then
${work(platform)}`,
  );
  return sh`${lines(branches)}
fi`;
}
