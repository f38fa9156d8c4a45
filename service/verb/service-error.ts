import { type ErrorCode, errorKinds, type Recovery } from '../../contract/error.ts';

/** What a verb refuses with: a code of the contract and a message that is safe to show. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly recovery: Recovery | undefined;

  constructor(code: ErrorCode, message: string, detail: { param?: string; recovery?: Recovery; cause?: unknown } = {}) {
    super(message, { cause: detail.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.param = detail.param;
    this.recovery = detail.recovery;
  }

  get status() {
    return errorKinds[this.code].status;
  }
}
