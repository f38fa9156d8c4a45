import type { IncomingMessage, ServerResponse } from 'node:http';
import { findSimulatedModel } from '../models/kinds/simulated.ts';
import { nextStep } from './agent/research-agent.ts';
import { isSummaryRequest, summaryOf } from './agent/session-summary.ts';
import { isRecord, RefusedRequest, type SimulatedRequest } from './conversation.ts';
import type { Endpoint } from './endpoints.ts';
import { parseJsonBody, readBody, simulatedHeader } from './http-io.ts';
import { readRequest } from './media/read-request.ts';
import type { Frame, WireRequest } from './protocols/protocol.ts';
import { composeReply, type Draft } from './reply.ts';
import type { LoadedScript } from './scripts/loaded-script.ts';
import { type RequestRecord, unsent } from './scripts/request-record.ts';
import type { Attempt } from './scripts/script-schema.ts';
import { type Transmission, type TransmissionFault, transmit } from './transmit.ts';

export interface AnswerOptions {
  readonly delays: 'typical' | 'none';
  readonly now: () => Date;
}

type AnswerEndpoint = Extract<Endpoint, { kind: 'answer' }>;

/** Answers one model request. The script answers when there is one, else the simulated agent. */
export async function answerRequest(
  req: IncomingMessage,
  res: ServerResponse,
  endpoint: AnswerEndpoint,
  script: LoadedScript | undefined,
  options: AnswerOptions,
): Promise<void> {
  const body = await readBody(req);
  const wire: WireRequest = {
    body: body === undefined ? undefined : parseJsonBody(body),
    bodyBytes: body?.length ?? 0,
    pathModel: endpoint.pathModel,
    pathStream: endpoint.pathStream,
    header: (name) => req.headers[name]?.toString(),
  };
  let request: SimulatedRequest | undefined;
  let refusal: RefusedRequest | undefined;
  try {
    if (body === undefined)
      throw new RefusedRequest('Request exceeds the maximum size', { status: 413, code: 'request_too_large' });
    if (wire.body === undefined)
      throw new RefusedRequest('We could not parse the JSON body of your request.', { code: 'invalid_json' });
    request = readRequest(endpoint.protocol, wire);
    if (script === undefined) refuseUnknownModel(request);
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    refusal = error;
  }
  const attempt =
    request === undefined || refusal !== undefined
      ? null
      : isSummaryRequest(request)
        ? 0
        : (script?.nextAttempt(request.turn) ?? 0);
  const record = script?.open({
    at: options.now().toISOString(),
    protocol: endpoint.protocolName,
    model: request?.model ?? bodyModel(wire),
    stream: request?.stream ?? null,
    turn: request?.turn ?? null,
    attempt,
    body: wire.body ?? null,
  });
  const isSse = endpoint.protocolName !== 'google-generate' || /[?&]alt=sse(&|$)/.test(req.url ?? '');
  try {
    const transmission =
      request === undefined || attempt === null || refusal !== undefined
        ? refusalOf(endpoint, refusal ?? new RefusedRequest('Invalid request'))
        : transmissionOf(endpoint, request, attempt, script, options, isSse);
    await transmit(res, transmission, record?.sent ?? unsent());
  } finally {
    closeRecord(script, record);
  }
}

function closeRecord(script: LoadedScript | undefined, record: RequestRecord | undefined): void {
  if (record !== undefined) script?.close(record);
}

function refuseUnknownModel({ model, protocol, images = [], files = [] }: SimulatedRequest): void {
  const known = findSimulatedModel(model);
  if (known?.protocol === protocol) {
    const refused = [
      { what: 'image', isSent: images.length > 0, capability: 'images' },
      { what: 'audio', isSent: files.some((file) => 'durationMs' in file), capability: 'audio' },
      { what: 'file', isSent: files.some((file) => 'pages' in file), capability: 'files' },
    ].find(({ isSent, capability }) => isSent && !known.capabilities.includes(capability));
    if (refused === undefined) return;
    throw new RefusedRequest(`The model '${model}' does not support ${refused.what} input.`, { param: 'messages' });
  }
  throw new RefusedRequest(`The model '${model}' does not exist or does not speak this protocol.`, {
    status: 404,
    code: 'model_not_found',
    param: 'model',
  });
}

function transmissionOf(
  endpoint: AnswerEndpoint,
  request: SimulatedRequest,
  attemptIndex: number,
  script: LoadedScript | undefined,
  options: AnswerOptions,
  isSse: boolean,
): Transmission {
  if (script === undefined) {
    const known = options.delays === 'typical' ? findSimulatedModel(request.model) : undefined;
    return {
      ...answerOf(endpoint, request, nextStep(request), attemptIndex, undefined, isSse),
      delayBeforeMs: known?.typicalLatencyMs ?? 0,
      delayBetweenMs: request.stream ? (known?.typicalChunkDelayMs ?? 0) : 0,
    };
  }
  if (isSummaryRequest(request) && script.summary === undefined) {
    return answerOf(endpoint, request, { text: summaryOf(request), toolCalls: [] }, attemptIndex, undefined, isSse);
  }
  const attempt = isSummaryRequest(request) ? script.summary : script.play(request.turn, attemptIndex);
  if (attempt === undefined) {
    const detail = script.report().exhausted?.detail ?? 'the script has ended';
    return refusalOf(endpoint, new RefusedRequest(`script_exhausted: ${detail}`, { code: 'script_exhausted' }));
  }
  const answer =
    attempt.status === undefined
      ? answerOf(endpoint, request, draftOf(attempt), attemptIndex, attempt.chunks, isSse)
      : scriptedError(endpoint, attempt, attempt.status);
  return {
    ...answer,
    delayBeforeMs: attempt.delayBeforeMs ?? 0,
    delayBetweenMs: attempt.delayBetweenChunksMs ?? 0,
    fault: faultOf(attempt),
    hold: holdOf(attempt, script),
  };
}

function draftOf(attempt: Attempt): Draft {
  return {
    text: attempt.text ?? '',
    reasoning: attempt.reasoning,
    toolCalls: (attempt.toolCalls ?? []).map((call) => ({
      id: call.id,
      name: call.name,
      rawArgs: call.rawArgs ?? JSON.stringify(call.args ?? {}),
    })),
    finish: attempt.finish,
    usage: attempt.usage,
  };
}

function answerOf(
  endpoint: AnswerEndpoint,
  request: SimulatedRequest,
  draft: Draft,
  attemptIndex: number,
  chunks: number | undefined,
  isSse: boolean,
): Transmission {
  const reply = composeReply(request, draft, attemptIndex);
  const base = { status: 200, usage: reply.usage, delayBeforeMs: 0, delayBetweenMs: 0 };
  if (!request.stream) {
    return { ...base, headers: jsonHeaders, frames: [{ data: endpoint.protocol.whole(reply), usage: 'all' }] };
  }
  const frames = endpoint.protocol.stream(reply, chunks ?? typicalChunks(reply.text), request.reportsUsage);
  if (!isSse) return { ...base, headers: jsonHeaders, frames: asJsonArray(frames) };
  return {
    ...base,
    headers: { ...simulatedHeader, 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    frames,
  };
}

/** Turns events into a JSON array, which Google streams to clients that do not ask for server-sent events. */
function asJsonArray(frames: readonly Frame[]): Frame[] {
  return frames.map((frame, index) => ({
    ...frame,
    data: `${index === 0 ? '[' : ','}${frame.data.slice('data: '.length).trimEnd()}${index === frames.length - 1 ? ']' : ''}`,
  }));
}

const jsonHeaders = { ...simulatedHeader, 'content-type': 'application/json' };

function typicalChunks(text: string): number {
  return Math.min(12, Math.max(1, Math.ceil(text.length / 60)));
}

function refusalOf(endpoint: AnswerEndpoint, refusal: RefusedRequest): Transmission {
  const data = endpoint.protocol.error(refusal.status, refusal.code, refusal.message, refusal.param);
  return errorTransmission(refusal.status, jsonHeaders, data);
}

function scriptedError(endpoint: AnswerEndpoint, attempt: Attempt, status: number): Transmission {
  const data = endpoint.protocol.error(
    status,
    attempt.errorCode ?? 'scripted_error',
    attempt.errorMessage ?? `scripted status ${status}`,
  );
  const headers =
    attempt.retryAfter === undefined ? jsonHeaders : { ...jsonHeaders, 'retry-after': attempt.retryAfter };
  return errorTransmission(status, headers, data);
}

function errorTransmission(status: number, headers: Transmission['headers'], data: string): Transmission {
  return { status, headers, frames: [{ data }], usage: null, delayBeforeMs: 0, delayBetweenMs: 0 };
}

function faultOf(attempt: Attempt): TransmissionFault | undefined {
  if (attempt.hang === true) return 'hang-before-headers';
  if (attempt.reset === 'before_headers') return 'reset-before-headers';
  if (attempt.hang === 'mid_stream') return 'hang-mid-stream';
  if (attempt.reset === 'mid_stream') return 'reset-mid-stream';
  if (attempt.truncate === 'mid_stream') return 'truncate-mid-stream';
  return attempt.malformed === true ? 'malformed' : undefined;
}

function holdOf(attempt: Attempt, script: LoadedScript): Transmission['hold'] {
  const { holdUntil } = attempt;
  if (holdUntil === undefined) return undefined;
  const at = attempt.holdAt === 'mid_stream' ? 'mid-stream' : 'before-headers';
  return { at, wait: (signal) => script.untilReleased(holdUntil, signal) };
}

function bodyModel(wire: WireRequest): string | null {
  if (wire.pathModel !== undefined) return wire.pathModel;
  return isRecord(wire.body) && typeof wire.body.model === 'string' ? wire.body.model : null;
}
