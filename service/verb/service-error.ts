import { type ErrorCode, errorKinds, type MetLimit, type Recovery } from '../../contract/error.ts';

interface ServiceErrorDetail {
  /** The field that is wrong, dotted. */
  readonly param?: string | undefined;
  readonly recovery?: Recovery | undefined;
  /** The limit of the tenant that is in the way. */
  readonly limit?: MetLimit | undefined;
  /** For the log; the client is not told. */
  readonly cause?: unknown;
}

/** A refusal of a verb: a code of the contract and a message that may be shown to the client. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly recovery: Recovery | undefined;
  readonly limit: MetLimit | undefined;

  constructor(code: ErrorCode, message: string, detail: ServiceErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.param = detail.param;
    this.recovery = detail.recovery;
    this.limit = detail.limit;
  }

  get status() {
    return errorKinds[this.code].status;
  }
}
