import { ServiceError } from '../service/verb/service-error.ts';

export const MAX_DEPTH = 32;
/** An object with many fields is kept as a table, and each look at all of them takes long: 50,000 took 0.2 s in all. */
export const MOST_FIELDS = 10_000;
/** NUL and lone surrogates are valid in JSON, and Postgres cannot store them as text. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** @throws ServiceError body_too_deep, or invalid_request for a value that cannot be stored as it is */
export function checkJsonValue(value: unknown, path = '', depth = 0): void {
  if (typeof value === 'string') {
    checkText(value, path);
    return;
  }
  // 1e400 is valid JSON. It would be stored as null.
  if (typeof value === 'number' && !Number.isFinite(value)) throw unstorable('A number is too large.', path);
  if (value === null || typeof value !== 'object') return;
  if (depth >= MAX_DEPTH)
    throw new ServiceError('body_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  const entries = Object.entries(value);
  if (entries.length > MOST_FIELDS && !Array.isArray(value)) {
    throw unstorable(`An object has more than ${MOST_FIELDS} fields.`, path);
  }
  for (const [name, member] of entries) {
    checkText(name, path);
    const memberPath = path === '' ? name : `${path}.${name}`;
    // A copy of an object loses a field of this name.
    if (name === '__proto__') throw unstorable('A field may not be named "__proto__".', memberPath);
    checkJsonValue(member, memberPath, depth + 1);
  }
}

function checkText(text: string, path: string): void {
  if (!UNSTORABLE.test(text)) return;
  throw unstorable('Text may not contain NUL characters or halves of surrogate pairs.', path);
}

function unstorable(message: string, path: string): ServiceError {
  return new ServiceError('invalid_request', message, { param: path === '' ? undefined : path });
}
