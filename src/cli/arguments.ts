import { InvalidArgumentError } from 'commander';
import { secondsSince } from '../logs/since.ts';
import { type Limit, limitProblem } from '../failover/options.ts';

/** A flag that may be given several times. */
export function collect(value: string, former: readonly string[] | undefined): readonly string[] {
  return [...(former ?? []), value];
}

/** @throws InvalidArgumentError */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be an integer of at least 1.');
  return value;
}

export function countWithin(limit: Limit): (text: string) => number {
  return (text) => {
    const value = count(text);
    const problem = limitProblem(limit, value);
    if (problem !== undefined) throw new InvalidArgumentError(problem);
    return value;
  };
}

export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of seconds.');
  return value;
}

/** Seconds from a time in the past until now. */
export function pastSeconds(text: string): number {
  const value = secondsSince(text, new Date());
  if (value === undefined)
    throw new InvalidArgumentError('It must be a span such as 10min, or a past time such as "2026-11-28 09:00".');
  return value;
}
