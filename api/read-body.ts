import { ServiceError } from '../service/verb/service-error.ts';
import { checkJsonValue } from './json-value.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** curl -d names the second when it is told nothing else. */
const JSON_TYPES = ['application/json', 'application/x-www-form-urlencoded'];
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON body of a request; undefined when it is empty.
 * @throws ServiceError unsupported_media_type, body_too_large, invalid_json, body_too_deep
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  refuseOtherTypes(request.headers.get('content-type'));
  const bytes = await readBytes(request);
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

async function readBytes(request: Request): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null) {
    if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
    return new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): ServiceError {
  return new ServiceError('body_too_large', 'The body must be at most 1 MiB.');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    // The parser's own message quotes the body.
    throw new ServiceError('invalid_json', 'The body is not valid JSON in UTF-8.');
  }
}
