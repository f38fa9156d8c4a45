import { hasInexactNumber } from '../domain/exact-json.ts';
import { excessOf, type JsonBounds, jsonExcess } from '../domain/json-bounds.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import { checkJsonValue, MAX_DEPTH } from './json-value.ts';

/** `curl -d` sends the second type unless it is told another. */
const JSON_TYPES = ['application/json', 'application/x-www-form-urlencoded'];
const BOUNDS: JsonBounds = { depth: MAX_DEPTH, values: 50_000 };
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the JSON body of a request. It is undefined when it is empty. Its size was checked before (limit-body.ts).
 * @throws ServiceError unsupported_media_type, invalid_json, body_too_deep, invalid_request
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  refuseOtherTypes(request.headers.get('content-type'));
  refuseEncoded(request.headers.get('content-encoding'));
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength === 0) return undefined;
  const text = decoded(bytes);
  refuseTooManyValues(text);
  const value = parseJson(text);
  checkJsonValue(value);
  if (hasInexactNumber(text)) {
    const message = 'A number has more digits than can be kept exactly. Write it as a string.';
    throw new ServiceError('invalid_request', message);
  }
  return value;
}

function refuseOtherTypes(contentType: string | null): void {
  if (contentType === null || contentType === '') return;
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const readable = charset === undefined || ['utf-8', 'utf8', '"utf-8"'].includes(charset);
  if (JSON_TYPES.includes(type) && readable) return;
  throw new ServiceError('unsupported_media_type', 'The body must be JSON in UTF-8 (content-type: application/json).');
}

/** An encoded body may become a thousand times as long. */
function refuseEncoded(encoding: string | null): void {
  if (encoding === null || ['', 'identity'].includes(encoding.trim().toLowerCase())) return;
  throw new ServiceError('unsupported_media_type', 'The body must be sent as it is, without a content-encoding.');
}

/** A list of empty lists takes twenty times its bytes, and each of its values is checked. A body that is too deep is refused later. */
function refuseTooManyValues(text: string): void {
  if (jsonExcess(text, BOUNDS) !== 'values') return;
  throw new ServiceError('invalid_request', `The body ${excessOf('values', BOUNDS)}.`);
}

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ServiceError('invalid_json', 'The body is not valid JSON in UTF-8.');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of the parser would quote the body.
    throw new ServiceError('invalid_json', 'The body is not valid JSON in UTF-8.');
  }
}
