import { failureText } from '../../core/messages/check-failures.ts';
import type { HealthState, LastResult } from '../../core/health/state.ts';
import type { Instant } from '../../core/step.ts';

/** The virtual server part of the status: plain JSON. */
export interface HealthStatus {
  readonly virtual_servers: readonly {
    readonly name: string;
    readonly quorum: boolean;
    readonly weight: number;
    readonly real_servers: readonly {
      readonly name: string;
      readonly alive: boolean;
      readonly weight: number;
      readonly checks: readonly CheckStatus[];
    }[];
  }[];
}

export interface CheckStatus {
  readonly kind: string;
  readonly up: boolean;
  readonly tries: number;
  readonly due: Instant;
  readonly last: { readonly at: Instant; readonly passed: boolean; readonly reason: string | null } | null;
}

export function healthStatus(state: HealthState): HealthStatus {
  return {
    virtual_servers: [...state.virtuals.values()].map((virtual) => ({
      name: virtual.name,
      quorum: virtual.quorumUp,
      weight: virtual.liveWeight,
      real_servers: [...virtual.reals.values()].map((real) => ({
        name: real.name,
        alive: real.alive,
        weight: real.weight,
        checks: real.checks.map(({ checker, up, tries, due, last }) => ({
          kind: checker.kind,
          up,
          tries,
          due,
          last: last === undefined ? null : resultOf(last),
        })),
      })),
    })),
  };
}

function resultOf({ at, failure }: LastResult): CheckStatus['last'] {
  return { at, passed: failure === undefined, reason: failure === undefined ? null : failureText(failure) };
}
