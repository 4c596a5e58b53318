import { Failure } from '../failure.ts';
import { type Want, kindOf } from '../resources/kinds.ts';

/**
 * Why a host cannot be made what it must be, found by looking; undefined when nothing is in the way. It stops a run before
 * anything is changed anywhere.
 */
export function refusalOf(
  host: string,
  wants: readonly Want[],
  have: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): Failure | undefined {
  const refused = wants.flatMap((want) => {
    const kind = kindOf(want);
    const key = kind.key(want);
    const refusal = kind.refuse?.(want, have.get(want.kind)?.get(key));
    return refusal === undefined ? [] : [{ what: want.kind === key ? key : `${want.kind} ${key}`, ...refusal }];
  });
  const [first] = refused;
  if (first === undefined) return undefined;
  return new Failure(
    'unsupported',
    `${host}: ${refused.map(({ what, because }) => `${what}: ${because}`).join('; ')}`,
    { host, hint: first.hint },
  );
}
