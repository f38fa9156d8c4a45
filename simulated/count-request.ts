import type { IncomingMessage, ServerResponse } from 'node:http';
import { RefusedRequest } from './conversation.ts';
import type { Endpoint } from './endpoints.ts';
import { parseJsonBody, readBody, sendJson } from './http-io.ts';
import { readRequest } from './media/read-request.ts';
import { MORE_DIGITS } from './protocols/counted-call.ts';
import { countTokens } from './reply.ts';
import type { LoadedScript } from './scripts/loaded-script.ts';

type CountEndpoint = Extract<Endpoint, { kind: 'count' }>;

/** Says how many input tokens a request has: as many as it will be billed, unless a script says otherwise. */
export async function countRequest(
  req: IncomingMessage,
  res: ServerResponse,
  endpoint: CountEndpoint,
  script: LoadedScript | undefined,
): Promise<void> {
  const { protocol, pathModel } = endpoint;
  const body = await readBody(req);
  const scripted = script?.countAsked();
  if (scripted?.hang === true) return;
  if (scripted?.holdUntil !== undefined) await script?.untilReleased(scripted.holdUntil, closeOf(res));
  if (scripted?.status !== undefined) {
    return sendJson(res, scripted.status, protocol.error(scripted.status, 'scripted_error', 'a scripted refusal'));
  }
  if (scripted?.body !== undefined) return sendJson(res, 200, scripted.body);
  try {
    const call = protocol.callOf(body === undefined ? undefined : parseJsonBody(body));
    const bodyBytes = Buffer.byteLength(JSON.stringify(call));
    const header = (name: string) => req.headers[name]?.toString();
    const request = readRequest(protocol, { body: call, bodyBytes, pathModel, header });
    sendJson(res, 200, protocol.counted(scripted?.tokens ?? countTokens(request.bodyBytes + MORE_DIGITS)));
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    sendJson(res, error.status, protocol.error(error.status, error.code, error.message, error.param));
  }
}

function closeOf(res: ServerResponse): AbortSignal {
  const closed = new AbortController();
  res.once('close', () => closed.abort());
  return closed.signal;
}
