import type { ConfEnv } from '../source.ts';
import type { Builtin } from './definitions.ts';

/** The host's name up to its first dot, unless it was given. */
export function configIdOf({ configId, hostname }: ConfEnv): string {
  return configId ?? hostname.split('.')[0] ?? '';
}

/**
 * ${_PWD}, ${_INSTANCE}, ${_RANDOM min max}, ${_HASH} and ${_BANG}. As in keepalived 2.2.7 the last two begin a comment
 * unless they are inside of quotes, and the folder is that of the file in which the parameter stands.
 */
export function builtinsOf(env: ConfEnv): Builtin {
  return (name, args, file) => {
    switch (name) {
      case '_PWD':
        return folderOf(file);
      case '_INSTANCE':
        return env.instance ?? configIdOf(env);
      case '_HASH':
        return '#';
      case '_BANG':
        return '!';
      case '_RANDOM':
        return randomBetween(args, env.random ?? (() => 0));
      default:
        return undefined;
    }
  };
}

function randomBetween([min = '0', max = '32767']: readonly string[], random: () => number): string | undefined {
  const [low, high] = [Number(min), Number(max)];
  return low > high ? undefined : String(Math.min(low + Math.floor(random() * (high - low + 1)), high));
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : file.slice(0, slash);
}
