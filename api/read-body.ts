import { hasInexactNumber } from '../domain/exact-json.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import { checkJsonValue } from './json-value.ts';

/** `curl -d` sends the second type unless it is told another. */
const JSON_TYPES = ['application/json', 'application/x-www-form-urlencoded'];
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the JSON body of a request. It is undefined when it is empty. Its size was checked before (limit-body.ts).
 * @throws ServiceError unsupported_media_type, invalid_json, body_too_deep, invalid_request
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  refuseOtherTypes(request.headers.get('content-type'));
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength === 0) return undefined;
  const text = decoded(bytes);
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
