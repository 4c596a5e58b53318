import { type Command, lines, sh } from '../remote/command.ts';

/** Runs the command of the first platform that the host has, and nothing if it has none. */
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
