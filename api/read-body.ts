import { ServiceError } from '../service/verb/service-error.ts';
import { checkJsonValue } from './json-value.ts';

/** `curl -d` sends the second type unless it is told another. */
const JSON_TYPES = ['application/json', 'application/x-www-form-urlencoded'];
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the JSON body of a request. It is undefined when it is empty. Its size was checked before (limit-body.ts).
 * @throws ServiceError unsupported_media_type, invalid_json, body_too_deep
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  refuseOtherTypes(request.headers.get('content-type'));
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength === 0) return undefined;
  const value = parseJson(bytes);
  checkJsonValue(value);
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

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    // The message of the parser would quote the body.
    throw new ServiceError('invalid_json', 'The body is not valid JSON in UTF-8.');
  }
}
