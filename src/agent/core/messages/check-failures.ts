import { type Coded, wordingOf } from './message.ts';

/** Why a checker failed. */
const FAILURES = {
  /** The reason is that of the probe: an error of the system, or the actual and the expected answer. */
  probe: ({ reason }: { reason: string }) => reason,
  file: ({ file, value }: { file: string; value: number }) => `${file} holds ${value}`,
  'file-range': ({ file, value }: { file: string; value: number }) =>
    `${file} holds ${value}, which exceeds the weight range`,
};

/** Why a real server is down. */
const CAUSES = {
  checker: ({ checker, failure }: { checker: string; failure: CheckFailure }) => `${checker}: ${failureText(failure)}`,
  reload: () => 'checkers changed by reload',
};

export type CheckFailure = Coded<typeof FAILURES>;
export type DownCause = Coded<typeof CAUSES>;

export function failureText(failure: CheckFailure): string {
  return wordingOf(FAILURES, failure);
}

export function causeText(cause: DownCause): string {
  return wordingOf(CAUSES, cause);
}
