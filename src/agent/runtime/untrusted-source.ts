import { Failure, type FailureDetail } from '../../failure.ts';

/** A source that does not match its pin. It aborts the build, unlike one that is unavailable. */
export class UntrustedSource extends Failure {
  constructor(message: string, detail: FailureDetail = {}) {
    super('command', message, detail);
    this.name = 'UntrustedSource';
  }
}
