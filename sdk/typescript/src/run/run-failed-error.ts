import { nameClass } from '../errors/brand.ts';
import { BrainstormRouterError } from '../errors/errors.ts';
import type { RunResult } from './run-result.ts';

/** A run ended otherwise than asked, and `throwOnFailure` was set. `result` has what it did. */
export class RunFailedError extends BrainstormRouterError {
  static {
    nameClass(RunFailedError, 'RunFailedError');
  }

  readonly result: RunResult;
  readonly reason: RunResult['reason'];

  constructor(result: RunResult) {
    const { sessionId, reason, error } = result;
    super(
      'run',
      `The run ${sessionId} ended with reason "${reason}"${error === undefined ? '.' : `: ${error.message}`}`,
      {
        code: error?.code ?? reason,
        sessionId,
      },
    );
    this.result = result;
    this.reason = reason;
  }
}

/** @throws RunFailedError unless the run is completed or waits for the next message */
export function requireSuccess(result: RunResult): void {
  if (result.reason !== 'completed' && result.reason !== 'idle') throw new RunFailedError(result);
}
