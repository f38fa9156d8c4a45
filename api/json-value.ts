import { ServiceError } from '../service/service-error.ts';

const MAX_DEPTH = 32;
/** NUL and lone surrogates: valid in JSON, and no text that Postgres can keep. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** @throws ServiceError body_too_deep, or invalid_request for text that can't be stored as it is */
export function checkJsonValue(value: unknown, path = '', depth = 0): void {
  if (typeof value === 'string') {
    checkText(value, path);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (depth >= MAX_DEPTH)
    throw new ServiceError('body_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  for (const [name, member] of Object.entries(value)) {
    checkText(name, path);
    checkJsonValue(member, path === '' ? name : `${path}.${name}`, depth + 1);
  }
}

function checkText(text: string, path: string): void {
  if (!UNSTORABLE.test(text)) return;
  const param = path === '' ? {} : { param: path };
  throw new ServiceError('invalid_request', 'Text may not hold NUL characters or halves of surrogate pairs.', param);
}
