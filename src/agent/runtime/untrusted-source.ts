import { Failure, type FailureDetail } from '../../failure.ts';

/** A source that is not what was pinned. It ends the build; what is merely missing does not. */
export class UntrustedSource extends Failure {
  constructor(message: string, detail: FailureDetail = {}) {
    super('command', message, detail);
    this.name = 'UntrustedSource';
  }
}
