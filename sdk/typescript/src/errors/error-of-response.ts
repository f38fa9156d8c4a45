import {
  ApiError,
  AuthenticationError,
  BadRequestError,
  BudgetError,
  ConflictError,
  type ErrorDetails,
  NotFoundError,
  PermissionDeniedError,
  ProtocolError,
  RateLimitError,
  type Refusal,
  ServerError,
} from './errors.ts';

const MAX_QUOTED_CHARACTERS = 200;

/** The error that an answer with a status of 400 or above stands for. `body` is its text. */
export function errorOfResponse(response: Response, body: string): ApiError {
  const { status, headers } = response;
  const { error } = envelopeOf(body);
  const details: ErrorDetails = {
    status,
    headers,
    type: error?.type,
    code: error?.code,
    param: error?.param,
    recovery: error?.recovery,
    limit: error?.limit,
    requestId: error?.request_id ?? headers.get('request-id') ?? undefined,
  };
  const Class = classOf(status);
  return new Class(error?.message ?? `The server answered ${status}${quoted(body)}`, details);
}

/** The error for an answer that is not what the operation answers with. */
export function errorOfForeignAnswer(response: Response, body: string, cause?: unknown): ProtocolError {
  const type = response.headers.get('content-type') ?? 'none';
  return new ProtocolError(`The answer is none of this API (status ${response.status}, type ${type})${quoted(body)}`, {
    status: response.status,
    headers: response.headers,
    requestId: response.headers.get('request-id') ?? undefined,
    cause,
  });
}

function classOf(status: number): typeof ApiError {
  if (status >= 500) return ServerError;
  switch (status) {
    case 401:
      return AuthenticationError;
    case 402:
      return BudgetError;
    case 403:
      return PermissionDeniedError;
    case 404:
    case 410:
      return NotFoundError;
    case 409:
      return ConflictError;
    case 429:
      return RateLimitError;
    case 408:
      return ApiError;
    default:
      return BadRequestError;
  }
}

/** Reads the error of an answer. A proxy may have made it, whose errors look different. Fields of other types are dropped. */
function envelopeOf(body: string): { error?: Partial<Refusal> } {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error !== 'object' || error === null) return {};
    const fields = error as Partial<Refusal>;
    return typeof fields.message === 'string' ? { error: fields } : {};
  } catch {
    return {};
  }
}

function quoted(body: string): string {
  const text = body.trim();
  if (text === '') return '.';
  return `: ${text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text}`;
}
